// Input devices: what a reader sets for its descriptor, and uinput, by which a program makes a device.
// Each is a request of ioctl(2) that is made once, at the beginning or the end, so they throw instead of
// returning −1. Sources: linux/input.h, linux/uinput.h, Documentation/input/uinput.rst.
import { Worker } from 'node:worker_threads';
import { SystemCallError } from '../../errors.ts';
import type { InputCalls, LinuxCalls, Memory } from '../platform.ts';
import { type Library, systemCallError } from '../posix.ts';
import { CLOCK_MONOTONIC } from './constants.ts';
import { ASK, request, TELL } from './ioctl.ts';

const EVIOCSCLOCKID = request(TELL, 'E', 0xa0, 4);
const EVIOCGRAB = request(TELL, 'E', 0x90, 4);
const EVIOCSMASK = request(TELL, 'E', 0x93, 16);
const UI_SET_EVBIT = request(TELL, 'U', 100, 4);
const UI_SET_RELBIT = request(TELL, 'U', 102, 4);
const UI_DEV_SETUP = request(TELL, 'U', 3, 92);
const UI_DEV_CREATE = request(0, 'U', 1, 0);
const UI_GET_SYSNAME = (bytes: number) => request(ASK, 'U', 44, bytes);

const EV_REL = 2;
/** struct uinput_setup: struct input_id (four u16), 80 characters of a name, u32. */
const SETUP_NAME = 8;
const NAME_BYTES = 80;
/** pid.codes, a vendor number for open projects: 0x1209, and the lab's own product. */
const [BUS_VIRTUAL, VENDOR, PRODUCT] = [0x06, 0x1209, 0x0001];
const AF_UNIX = 1;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
const SCRATCH_BYTES = 4096;
/** Two words that the watchdog's thread and this one see. */
const WATCHDOG_BYTES = 8;
const [STANDS, OVER] = [0, 1];
const STAND_LIMIT_MS = 5000;

export function inputCalls(
  libc: Library,
  memory: (length: number) => Memory,
): Pick<LinuxCalls, 'input'> {
  let made: InputCalls | undefined;
  // Hardly a program needs it: its page is mapped when it is first asked for.
  return {
    input: () => {
      made ??= calls(libc, memory(SCRATCH_BYTES));
      return made;
    },
  };
}

function calls(libc: Library, scratch: Memory): InputCalls {
  const ioctl = libc.func('ioctl', 'int', ['int', 'uint64_t', 'uint64_t']);
  const socketpair = libc.func('socketpair', 'int', ['int', 'int', 'int', 'uint64_t']);
  const view = new DataView(scratch.bytes.buffer, scratch.bytes.byteOffset, scratch.length);
  const { address } = scratch;
  const must = (fd: number, what: number, argument: number, name: string): number => {
    const said = ioctl(fd, what, argument);
    if (said < 0) throw systemCallError(name);
    return said;
  };
  const watchdogs = new Map<number, Int32Array>();
  const letGo = (fd: number): void => {
    const words = watchdogs.get(fd);
    if (words === undefined) return;
    watchdogs.delete(fd);
    Atomics.store(words, OVER, 1);
    Atomics.notify(words, OVER);
    ioctl(fd, EVIOCGRAB, 0);
  };
  return {
    useMonotonicClock(fd) {
      view.setInt32(0, CLOCK_MONOTONIC, true);
      must(fd, EVIOCSCLOCKID, address, 'EVIOCSCLOCKID');
    },
    grab(fd, limit_s) {
      watchdogs.set(fd, startWatchdog(fd, limit_s));
      try {
        must(fd, EVIOCGRAB, 1, 'EVIOCGRAB');
      } catch (error) {
        letGo(fd);
        throw error;
      }
    },
    letGo,
    mute(fd) {
      // struct input_mask: u32 type, u32 bytes of the mask (whole words), u64 its address. Of the type 0
      // the mask is about the types themselves: a mask of noughts lets none through.
      const mask = 64;
      scratch.bytes.fill(0, 0, 2 * mask);
      view.setUint32(4, 8, true);
      view.setBigUint64(8, BigInt(address + mask), true);
      must(fd, EVIOCSMASK, address, 'EVIOCSMASK');
    },
    create(uinput, name, axes) {
      must(uinput, UI_SET_EVBIT, EV_REL, 'UI_SET_EVBIT');
      for (const axis of axes) must(uinput, UI_SET_RELBIT, axis, 'UI_SET_RELBIT');
      scratch.bytes.fill(0, 0, SETUP_NAME + NAME_BYTES + 4);
      for (const [at, value] of [BUS_VIRTUAL, VENDOR, PRODUCT].entries())
        view.setUint16(2 * at, value, true);
      scratch.bytes.set(Buffer.from(name, 'latin1').subarray(0, NAME_BYTES - 1), SETUP_NAME);
      must(uinput, UI_DEV_SETUP, address, 'UI_DEV_SETUP');
      must(uinput, UI_DEV_CREATE, 0, 'UI_DEV_CREATE');
      scratch.bytes.fill(0, 0, NAME_BYTES);
      must(uinput, UI_GET_SYSNAME(NAME_BYTES), address, 'UI_GET_SYSNAME');
      return Buffer.from(scratch.bytes.subarray(0, scratch.bytes.indexOf(0))).toString('latin1');
    },
    socketPair() {
      if (socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, address) < 0)
        throw systemCallError('socketpair');
      return [view.getInt32(0, true), view.getInt32(4, true)];
    },
  };
}

/** Returns when the watchdog stands, so that no grab is ever without one. */
function startWatchdog(fd: number, limit_s: number): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer(WATCHDOG_BYTES));
  const workerData: GrabWatch = { fd, request: EVIOCGRAB, limit_ms: limit_s * 1000, words };
  const worker = new Worker(new URL('./grab-watchdog.ts', import.meta.url), { workerData });
  worker.unref();
  if (Atomics.wait(words, STANDS, 0, STAND_LIMIT_MS) !== 'timed-out') return words;
  void worker.terminate();
  throw new SystemCallError('EVIOCGRAB', 'ETIMEDOUT', 'The watchdog of the grab did not start');
}

/** What the watchdog's thread is told. Its first word says that it stands, the second ends it. */
export interface GrabWatch {
  readonly fd: number;
  readonly request: number;
  readonly limit_ms: number;
  readonly words: Int32Array;
}
