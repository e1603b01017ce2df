// Descriptors that stand for an event instead of data (signalfd, eventfd): the thread sleeps in
// read(2) on them. That read knows no time limit, so where there is one, poll(2) keeps it; a cell's
// hot path has none.
import { EINTR, POLLIN } from '../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { Counters } from '../driver.ts';
import { kept, timeoutMilliseconds } from './slots.ts';

export class SleepInRead {
  /** What the last read brought. */
  readonly words: Uint32Array;
  /** Where that stands, as `address[0]`. */
  readonly address: readonly [number, null];
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #pollfd: Memory;
  readonly #fd: number;

  /** `bytes` are read at once; the descriptor stays the caller's to close. */
  constructor(platform: Platform, fd: number, bytes: number) {
    this.#platform = platform;
    this.#fd = fd;
    this.#memory = platform.memory(bytes);
    this.address = kept(this.#memory.address);
    this.words = new Uint32Array(this.#memory.bytes.buffer);
    this.#pollfd = platform.memory(POLLFD_BYTES);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = fd;
    new Int16Array(this.#pollfd.bytes.buffer, POLLFD_EVENTS, 2)[0] = POLLIN;
  }

  /** Bytes read, 0 when the time was over, or a negated errno; −EINTR is the caller's to repeat. */
  read(deadline_ns: number, counters: Counters): number {
    const { posix, errno } = this.#platform;
    if (deadline_ns !== Number.POSITIVE_INFINITY) {
      counters.syscalls++;
      const limit_ms = timeoutMilliseconds(this.#platform, deadline_ns);
      const ready = posix.poll(this.#pollfd.address, 1, limit_ms);
      if (ready <= 0) return ready === 0 ? 0 : -errno();
    }
    counters.syscalls++;
    counters.polls++;
    const got = posix.read(this.#fd, this.address[0], this.#memory.length);
    return got < 0 ? -errno() : got;
  }

  free(): void {
    this.#pollfd.free();
    this.#memory.free();
  }
}

export const interrupted = (result: number): boolean => result === -EINTR;
