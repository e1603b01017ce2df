// The bare descriptor: three bytes by write(2), then poll(2) and read(2) until the report is there. What
// every other layer does in the end, with nothing around it.
import { constants } from 'node:fs';
import { FirmataParser, systemReset } from '../../firmware/firmata/codec.ts';
import { DeviceGone, SystemCallError, TimedOut } from '../errors.ts';
import { EAGAIN, EINTR, POLLIN } from '../ffi/linux/constants.ts';
import type { Memory, Platform } from '../ffi/platform.ts';
import type { ButtonListener, Layer, LayerContext, LayerFacts, OpenLayer } from './layer.ts';
import {
  FIRST_REPORT_MS,
  inputLevel,
  pinsOf,
  preparation,
  probeTarget,
  setOutput,
} from './parts/pins.ts';

const facts: LayerFacts = {
  id: 'raw',
  title: 'Raw descriptor',
  about: 'nothing: write(2), poll(2), read(2) and a parser of twenty lines',
  loop: 'blocking',
  mechanism: 'interrupt',
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
};

const BUFFER_BYTES = 256;
/** Before the bytes that are read stand the two messages that set the output, and the pollfd. */
const HIGH_AT = 0;
const LOW_AT = 8;
const POLLFD_AT = 16;
const READ_AT = 64;

class Raw implements OpenLayer {
  readonly bytes = { written: 0, read: 0 };
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #parser = new FirmataParser();
  readonly #path: string;
  readonly #input_pin: number;
  readonly #message_bytes: number;
  #fd: number;
  #level: boolean | undefined;
  #listener: ButtonListener = () => {};
  #failed: (error: Error) => void = () => {};

  constructor({ platform, target }: LayerContext) {
    const pins = pinsOf(target);
    this.#platform = platform;
    this.#path = target.path;
    this.#input_pin = pins.input_pin;
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    this.#fd = platform.posix.open(target.path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    this.#memory = platform.memory(READ_AT + BUFFER_BYTES);
    platform.posix.makeRaw(this.#fd, target.baud!);
    platform.posix.flushInput(this.#fd);
    const high = setOutput(pins.output_pin, true);
    this.#message_bytes = high.length;
    this.#memory.bytes.set(high, HIGH_AT);
    this.#memory.bytes.set(setOutput(pins.output_pin, false), LOW_AT);
    const { buffer, byteOffset } = this.#memory.bytes;
    const view = new DataView(buffer, byteOffset + POLLFD_AT, 8);
    view.setInt32(0, this.#fd, true);
    view.setInt16(4, POLLIN, true);
    for (const message of preparation(pins)) {
      this.#memory.bytes.set(message, READ_AT);
      this.#write(READ_AT, message.length);
    }
  }

  /** Wait for the report that switching reports on brings. Throws TimedOut, DeviceGone. */
  awaitFirst(): void {
    let failure: Error | undefined;
    this.#failed = error => {
      failure = error;
    };
    const end_ns = this.#platform.now() + FIRST_REPORT_MS * 1e6;
    while (this.#level === undefined && !failure && this.#platform.now() < end_ns) {
      this.wait(end_ns);
    }
    if (failure) throw failure;
    if (this.#level === undefined) throw new TimedOut(`${this.#path}: the board reports nothing`);
  }

  set(level: boolean): void {
    this.#write(level ? HIGH_AT : LOW_AT, this.#message_bytes);
  }

  #write(at: number, length: number): void {
    const { posix, errno, errnoName } = this.#platform;
    const wrote = posix.write(this.#fd, this.#memory.address + at, length);
    if (wrote !== length) throw new SystemCallError('write', errnoName(errno()));
    this.bytes.written += wrote;
  }

  wait(deadline_ns: number): void {
    const { posix, now, errno } = this.#platform;
    const timeout_ms = Math.max(0, Math.ceil((deadline_ns - now()) / 1e6));
    posix.poll(this.#memory.address + POLLFD_AT, 1, timeout_ms);
    const got = posix.read(this.#fd, this.#memory.address + READ_AT, BUFFER_BYTES);
    if (got < 0 && (errno() === EAGAIN || errno() === EINTR)) return;
    if (got <= 0) {
      this.#failed(new DeviceGone(`${this.#path} hung up`));
      return;
    }
    this.bytes.read += got;
    for (let i = READ_AT; i < READ_AT + got; i++) {
      const message = this.#parser.pushByte(this.#memory.bytes[i]!);
      const level = message && inputLevel(message, this.#input_pin);
      if (level === undefined || level === this.#level) continue;
      this.#level = level;
      this.#listener(level);
    }
  }

  onButton(listener: ButtonListener): void {
    this.#listener = listener;
  }

  onError(listener: (error: Error) => void): void {
    this.#failed = listener;
  }

  async close(): Promise<void> {
    if (this.#fd < 0) return;
    const { posix } = this.#platform;
    this.#memory.bytes.set(systemReset(), READ_AT);
    posix.write(this.#fd, this.#memory.address + READ_AT, 1); // on a line that is gone it fails
    posix.close(this.#fd);
    this.#fd = -1;
    this.#memory.free();
  }
}

export const layer: Layer = {
  ...facts,
  probe: async ({ target }) => probeTarget(target),
  async open(context) {
    const raw = new Raw(context);
    try {
      raw.awaitFirst();
      return raw;
    } catch (error) {
      await raw.close();
      throw error;
    }
  },
};
