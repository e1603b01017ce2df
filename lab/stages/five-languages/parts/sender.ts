// The other end of the fifo: sends by the device's own stamper, and sees whether anybody has taken what
// was sent.
import { constants } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stimulus } from '../../../devices/device.ts';
import { Stamper } from '../../../devices/stamper.ts';
import { POLLIN } from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';

/** As long as something may take that nobody has given up on; nothing is timed by it. */
const TAKE_MS = 150;
const LOOK_MS = 5;

export class Sender {
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #stamper: Stamper;
  readonly #epoch: number;
  readonly #asked: Memory;

  constructor(platform: Platform, path: string, epoch: number) {
    this.#platform = platform;
    this.#fd = platform.posix.open(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#stamper = new Stamper(platform, this.#fd);
    this.#epoch = epoch;
    this.#asked = platform.memory(POLLFD_BYTES);
    this.#forget();
  }

  /** Blocks this thread until the last is out. */
  send(what: Partial<Stimulus>): void {
    this.#stamper.send({ offsets_ns: [], warmup: 0, epoch: this.#epoch, ...what });
  }

  /** Waits for somebody to take what is in the pipe, and no longer than for a while. */
  async untilTaken(): Promise<void> {
    for (let waited_ms = 0; waited_ms < TAKE_MS && this.#filled(); waited_ms += LOOK_MS) {
      await sleep(LOOK_MS);
    }
  }

  #filled(): boolean {
    new Int32Array(this.#asked.bytes.buffer)[0] = this.#fd;
    new Int16Array(this.#asked.bytes.buffer)[POLLFD_EVENTS / 2] = POLLIN;
    return this.#platform.posix.poll(this.#asked.address, 1, 0) > 0;
  }

  /** What a reader that was killed has left in the pipe. */
  #forget(): void {
    const memory = this.#platform.memory(4096);
    while (this.#platform.posix.read(this.#fd, memory.address, memory.length) > 0);
    memory.free();
  }

  close(): void {
    this.#platform.posix.close(this.#fd);
    this.#stamper.free();
    this.#asked.free();
  }
}
