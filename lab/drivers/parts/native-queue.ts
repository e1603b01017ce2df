// A context of the kernel's native AIO (io_setup(2)) and what it shares with the program: a request for
// each slot, the list of those to be started, and the events of those that have ended. The kernel copies
// requests when it starts them and writes events only while it is asked, so none of this is its own.
import { Unsupported } from '../../errors.ts';
import { IOCB_CMD_PREAD, IOCB_CMD_PWRITE } from '../../ffi/linux/constants.ts';
import {
  IO_EVENT_BYTES,
  IO_EVENT_DATA,
  IO_EVENT_RESULT,
  IOCB_BUFFER,
  IOCB_BYTES,
  IOCB_DATA,
  IOCB_FD,
  IOCB_LENGTH,
  IOCB_OFFSET,
  IOCB_OPCODE,
} from '../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';
import { READ } from '../driver.ts';
import { Duration } from './duration.ts';
import { kept, type Slots } from './slots.ts';

const fixes: Readonly<Record<string, string>> = {
  EAGAIN: 'all programs share a limit: raise it with sysctl fs.aio-max-nr',
  ENOSYS: 'use a kernel with native AIO (CONFIG_AIO), and no sandbox that lacks it',
  EPERM: 'a seccomp filter forbids it: run outside of the container, or allow io_setup(2) there',
};

const POINTER_BYTES = 8;
/** Words in a request, and in an event. */
const REQUEST = IOCB_BYTES / 4;
const EVENT = IO_EVENT_BYTES / 4;

/** Throws Unsupported. */
function setUp(platform: Platform, depth: number): number {
  const handle = platform.memory(POINTER_BYTES);
  try {
    if (platform.linux!.io_setup(depth, handle.address) < 0) {
      const name = platform.errnoName(platform.errno());
      throw new Unsupported(`io_setup: ${name}`, fixes[name] ?? 'see io_setup(2)', name);
    }
    return Number(new BigUint64Array(handle.bytes.buffer, 0, 1)[0]);
  } finally {
    handle.free();
  }
}

export class NativeQueue {
  /** Requests that are prepared or started, and have not ended. */
  inFlight = 0;
  readonly #platform: Platform;
  readonly #linux: LinuxCalls;
  readonly #slots: Slots;
  readonly #context: readonly [number, null];
  readonly #memories: readonly Memory[];
  readonly #requests: Uint32Array;
  /** Address of every slot's request, in two words each. */
  readonly #pointers: Uint32Array;
  readonly #list: Uint32Array;
  readonly #listAddress: readonly [number, null];
  /** The slots of the list. */
  readonly #listed: Uint32Array;
  #queued = 0;
  readonly #events: Int32Array;
  readonly #eventsAddress: readonly [number, null];
  readonly #timeout: Duration;

  /** Throws Unsupported where the kernel gives no context. */
  constructor(platform: Platform, slots: Slots, fd: number) {
    const { depth, addresses_low, addresses_high } = slots;
    this.#platform = platform;
    this.#linux = platform.linux!;
    this.#slots = slots;
    this.#context = kept(setUp(platform, depth));
    const requests = platform.memory(IOCB_BYTES * depth);
    const list = platform.memory(POINTER_BYTES * depth);
    const events = platform.memory(IO_EVENT_BYTES * depth);
    this.#memories = [requests, list, events];
    this.#requests = new Uint32Array(requests.bytes.buffer);
    this.#list = new Uint32Array(list.bytes.buffer);
    this.#listAddress = kept(list.address);
    this.#listed = new Uint32Array(depth);
    this.#events = new Int32Array(events.bytes.buffer);
    this.#eventsAddress = kept(events.address);
    this.#timeout = new Duration(platform, 1);
    this.#pointers = new Uint32Array(2 * depth);
    for (let slot = 0; slot < depth; slot++) {
      const address = requests.address + slot * IOCB_BYTES;
      this.#pointers.set([address >>> 0, address / 2 ** 32], 2 * slot);
      const at = slot * REQUEST;
      this.#requests[at + IOCB_DATA / 4] = slot;
      this.#requests[at + IOCB_FD / 4] = fd;
      this.#requests[at + IOCB_BUFFER / 4] = addresses_low[slot]!;
      this.#requests[at + IOCB_BUFFER / 4 + 1] = addresses_high[slot]!;
    }
  }

  /** Fill in the slot's request; the kernel sees it at the next `start`. */
  prepare(slot: number): void {
    const { opcode, offset_bytes, length_bytes } = this.#slots.operations;
    const requests = this.#requests;
    const at = slot * REQUEST;
    // 64-bit fields as two words: no BigInt on this path.
    const offset = offset_bytes[slot]!;
    requests[at + IOCB_OPCODE / 4] = opcode[slot] === READ ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE;
    requests[at + IOCB_LENGTH / 4] = length_bytes[slot]!;
    requests[at + IOCB_OFFSET / 4] = offset >>> 0;
    requests[at + IOCB_OFFSET / 4 + 1] = (offset / 2 ** 32) >>> 0;
    const place = this.#queued++;
    this.#listed[place] = slot;
    this.#list[2 * place] = this.#pointers[2 * slot]!;
    this.#list[2 * place + 1] = this.#pointers[2 * slot + 1]!;
    this.inFlight++;
  }

  /** Start what is prepared. What the kernel refuses is finished with its reason. */
  start(): void {
    const { counters } = this.#slots;
    while (this.#queued > 0) {
      counters.syscalls++;
      const { io_submit } = this.#linux;
      const started = io_submit(this.#context[0], this.#queued, this.#listAddress[0]);
      // It fails only for the first of the list; of the others it says how many came before.
      if (started <= 0) this.#refused();
      this.#unlist(Math.max(1, started));
    }
  }

  #refused(): void {
    this.inFlight--;
    this.#slots.finish(this.#listed[0]!, -this.#platform.errno());
  }

  #unlist(count: number): void {
    const left = this.#queued - count;
    if (left > 0) {
      this.#listed.copyWithin(0, count, this.#queued);
      this.#list.copyWithin(0, 2 * count, 2 * this.#queued);
    }
    this.#queued = left;
  }

  /**
   * Finish the slots of all that has ended, after waiting for `min` of them until `deadline_ns`.
   * Returns how many, 0 where the time was over first, or a negated errno.
   */
  collect(min: number, deadline_ns: number): number {
    let timeout = 0;
    if (min > 0 && deadline_ns !== Number.POSITIVE_INFINITY) {
      this.#timeout.set(deadline_ns - this.#platform.now());
      timeout = this.#timeout.address[0];
    }
    const slots = this.#slots;
    const events = this.#events;
    const { io_getevents } = this.#linux;
    slots.counters.syscalls++;
    const most = slots.depth;
    const ended = io_getevents(this.#context[0], min, most, this.#eventsAddress[0], timeout);
    if (ended < 0) return -this.#platform.errno();
    for (let k = 0; k < ended; k++) {
      const at = k * EVENT;
      slots.finish(events[at + IO_EVENT_DATA / 4]!, events[at + IO_EVENT_RESULT / 4]!, k > 0);
    }
    this.inFlight -= ended;
    return ended;
  }

  /** Returns when the kernel is done with every request: cancelled, or ended (io_destroy(2)). */
  destroy(): void {
    this.#linux.io_destroy(this.#context[0]);
    for (const memory of this.#memories) memory.free();
    this.#timeout.free();
  }
}
