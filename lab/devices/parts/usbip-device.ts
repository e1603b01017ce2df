// A USB device in TypeScript: the far end of a USB/IP connection (kernel Documentation/usb/usbip_protocol.rst)
// whose near end the kernel's vhci-hcd has. The kernel asks for descriptors and reports as it asks any
// device; what a cable and a bus would add is a model: a report waits until the bus would next have asked
// (lab/input/intervals.ts). Everything is synchronous, because the process is the device's own.
import { readFileSync, writeFileSync } from 'node:fs';
import { DeviceGone, SystemCallError, Unsupported } from '../../errors.ts';
import { EINTR, POLLIN } from '../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { nextAsking } from '../../input/intervals.ts';
import type { Mouthpiece } from './own-input.ts';
import { answerControl } from './usb-descriptors.ts';

const CONTROLLER = '/sys/devices/platform/vhci_hcd.0';
export const ATTACH = `${CONTROLLER}/attach`;

const [SUBMIT, UNLINK, RET_SUBMIT, RET_UNLINK] = [1, 2, 3, 4];
const HEADER_BYTES = 48;
const IN = 1;
/** linux/usb/ch9.h: USB_SPEED_FULL, 12 Mbit/s, where an interval is told in milliseconds. */
const FULL_SPEED = 2;
const FREE_PORT = '004';
const ECONNRESET = 104;
const EPIPE = 32;
const BUFFER_BYTES = 4096;
/** poll(2) counts milliseconds; what is left is slept to the nanosecond. */
const POLL_EDGE_NS = 1.2e6;
/** Who is not asked again within this has no listener any more. */
const ASKED_LIMIT_NS = 1e9;
const ANSWER_EVERY_MS = 50;

export class UsbIpDevice implements Mouthpiece {
  /** The port of the virtual controller that it is plugged into. */
  readonly port: number;
  readonly gap_ns: number;
  readonly #platform: Platform;
  readonly #interval_ms: number;
  readonly #fd: number;
  readonly #buffer: Memory;
  readonly #pollfd: Memory;
  readonly #began_ns: number;
  readonly #timer: NodeJS.Timeout;
  #heard: Buffer = Buffer.alloc(0);
  /** Questions for a report that wait for an answer, by their numbers. */
  readonly #asked: number[] = [];
  /** Somebody has the device open, so the kernel asks: each question is followed by another. */
  #listening = false;
  #last_ns = 0;
  #open = true;

  /** Throws Unsupported where no port is free, SystemCallError where the kernel takes no device. */
  constructor(platform: Platform, interval_ms: number) {
    this.#platform = platform;
    this.#interval_ms = interval_ms;
    this.gap_ns = interval_ms * 1e6;
    const [ours, theirs] = platform.linux!.input().socketPair();
    this.#fd = ours;
    this.#buffer = platform.memory(BUFFER_BYTES);
    this.#pollfd = platform.memory(POLLFD_BYTES);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = ours;
    new Int16Array(this.#pollfd.bytes.buffer)[POLLFD_EVENTS / 2] = POLLIN;
    this.#began_ns = platform.now();
    this.#timer = setInterval(() => this.#idle(), ANSWER_EVERY_MS);
    try {
      this.port = attach(theirs);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      platform.posix.close(theirs);
    }
  }

  /** Answer whatever the kernel asks until that time. Throws DeviceGone when the kernel let go. */
  until(time_ns: number): void {
    const { posix, now, sleepUntil } = this.#platform;
    for (;;) {
      const left_ns = time_ns - now();
      const wait_ms = left_ns > POLL_EDGE_NS ? Math.floor((left_ns - POLL_EDGE_NS) / 1e6) : 0;
      if (posix.poll(this.#pollfd.address, 1, wait_ms) > 0) this.#hear();
      else if (left_ns <= POLL_EDGE_NS) break;
    }
    if (now() < time_ns) sleepUntil(time_ns);
  }

  /** Nobody moves it, and the kernel may have a question all the same. */
  #idle(): void {
    try {
      this.until(this.#platform.now());
    } catch {
      clearInterval(this.#timer); // the kernel let go: the input device's keeper tells
    }
  }

  /** A report, when the bus next asks; one for each asking. Where nobody listens it is for nobody. */
  say(report: Uint8Array): void {
    const { now } = this.#platform;
    const ready_ns = Math.max(now(), this.#last_ns + 1);
    const asking_ns = nextAsking(ready_ns, this.#began_ns, this.#interval_ms * 1e6);
    this.until(asking_ns);
    this.#last_ns = asking_ns;
    const end_ns = now() + ASKED_LIMIT_NS;
    while (this.#listening && this.#asked.length === 0) {
      this.until(now() + 1e6);
      if (now() > end_ns) this.#listening = false;
    }
    if (this.#listening) this.#answer(this.#asked.shift()!, 0, report);
  }

  #hear(): void {
    const { posix, errno, errnoName } = this.#platform;
    const got = posix.read(this.#fd, this.#buffer.address, BUFFER_BYTES);
    if (got < 0 && errno() === EINTR) return;
    if (got <= 0) {
      const why = got < 0 ? errnoName(errno()) : 'it was detached';
      throw new DeviceGone(`the kernel let go of the USB device: ${why}`);
    }
    this.#heard = Buffer.concat([this.#heard, this.#buffer.bytes.subarray(0, got)]);
    for (;;) {
      const length = messageBytes(this.#heard);
      if (length === undefined || this.#heard.length < length) return;
      this.#take(this.#heard.subarray(0, length));
      this.#heard = this.#heard.subarray(length);
    }
  }

  #take(message: Buffer): void {
    const command = message.readUInt32BE(0);
    const number = message.readUInt32BE(4);
    if (command === UNLINK) this.#unlink(number, message.readUInt32BE(20));
    else if (command !== SUBMIT) throw new DeviceGone(`USB/IP knows no command ${command}`);
    else if (message.readUInt32BE(16) === 0) {
      const answer = answerControl(message.subarray(40, 48), this.#interval_ms);
      if (answer === 'stall') this.#answer(number, -EPIPE);
      else this.#answer(number, 0, answer);
    } else {
      this.#asked.push(number);
      this.#listening = true;
    }
  }

  #unlink(number: number, which: number): void {
    const at = this.#asked.indexOf(which);
    if (at >= 0) {
      this.#asked.splice(at, 1);
      this.#listening = false;
    }
    this.#send(RET_UNLINK, number, at >= 0 ? -ECONNRESET : 0, new Uint8Array(0));
  }

  #answer(number: number, status: number, data: Uint8Array = new Uint8Array(0)): void {
    this.#send(RET_SUBMIT, number, status, data);
  }

  #send(command: number, number: number, status: number, data: Uint8Array): void {
    const { posix, errno, errnoName } = this.#platform;
    const message = Buffer.alloc(HEADER_BYTES + data.length);
    message.writeUInt32BE(command, 0);
    message.writeUInt32BE(number, 4);
    message.writeInt32BE(status, 20);
    message.writeUInt32BE(data.length, 24);
    message.set(data, HEADER_BYTES);
    this.#buffer.bytes.set(message);
    for (let sent = 0; sent < message.length; ) {
      const wrote = posix.write(this.#fd, this.#buffer.address + sent, message.length - sent);
      if (wrote < 0 && errno() !== EINTR) throw new DeviceGone(`USB/IP: ${errnoName(errno())}`);
      sent += Math.max(0, wrote);
    }
  }

  /** Pull the plug: the kernel sees its connection end. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearInterval(this.#timer);
    this.#platform.posix.close(this.#fd);
    this.#buffer.free();
    this.#pollfd.free();
  }
}

/** Bytes of the message that begins here: its header, and what goes out to the device behind it. */
function messageBytes(heard: Buffer): number | undefined {
  if (heard.length < HEADER_BYTES) return undefined;
  const out = heard.readUInt32BE(0) === SUBMIT && heard.readUInt32BE(12) !== IN;
  return HEADER_BYTES + (out ? heard.readUInt32BE(24) : 0);
}

/** Plug the far end of a connection into a free port. Returns the port. */
function attach(socket: number): number {
  // Lines of `status`: hub, port, status, speed, device, socket, name (usbip's vhci_sysfs.c).
  const ports = readFileSync(`${CONTROLLER}/status`, 'latin1')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([hub, , status]) => hub === 'hs' && status === FREE_PORT)
    .map(([, port]) => Number(port));
  for (const port of ports) {
    const devid = 2 ** 16 + port + 2;
    try {
      writeFileSync(ATTACH, `${port} ${socket} ${devid} ${FULL_SPEED}`);
      return port;
    } catch (error) {
      // Somebody else has plugged into it meanwhile.
      const { code = 'EIO' } = error as NodeJS.ErrnoException;
      if (code !== 'EBUSY' && code !== 'EINVAL') throw new SystemCallError(`write ${ATTACH}`, code);
    }
  }
  throw new Unsupported('every port of the virtual USB controller is taken', 'end another run');
}
