// The event loop, as the one under Node is built (libuv, docs/src/design.rst), small enough to be read:
// in each turn the timers that are due, then the callbacks that wait in the queue, then one wait for
// the system, which ends at the latest when the next timer is due. How it waits is the only thing in
// which a loop on readiness (epoll-loop.ts) and one on completions (uring-loop.ts) differ.
import type { Platform } from '../../ffi/platform.ts';
import { type Timer, Timers } from './timers.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;
const AT_ONCE = 0;

export abstract class Loop {
  /** The clock as it was read last: at the turn's beginning and after its wait. */
  now_ns: number;
  /** System calls that waited, asked, accepted, received or sent; closing is not counted. */
  calls = 0;
  readonly platform: Platform;
  readonly #timers = new Timers();
  #queue: (() => void)[] = [];
  /** The queue of the turn before, empty again: two arrays take turns, none is made anew. */
  #spare: (() => void)[] = [];
  #stopped = false;

  constructor(platform: Platform) {
    this.platform = platform;
    this.now_ns = platform.now();
  }

  /** Call back after `delay_ms`, never before; once. */
  after(delay_ms: number, callback: () => void): Timer {
    if (!(delay_ms >= 0)) throw new RangeError(`a delay of ${delay_ms} ms: give 0 or more`);
    // From now, and not from the turn's beginning: the callback may have worked for long already.
    return this.#timers.add(this.platform.now() + delay_ms * 1e6, callback);
  }

  /** True where the timer was still to come. */
  cancel(timer: Timer): boolean {
    return this.#timers.cancel(timer);
  }

  /** Call back in the next turn, on an empty stack. */
  later(callback: () => void): void {
    this.#queue.push(callback);
  }

  /**
   * Until `stop`, or until there is nothing left that could happen. What a callback throws ends it, as
   * it ends a program under Node; the loop itself may go on by another `run`.
   */
  run(): void {
    while (!this.#stopped && this.#isAlive()) {
      this.now_ns = this.platform.now();
      this.#timers.run(this.now_ns);
      this.#runQueue();
      const wanted = this.#stopped || this.#queue.length > 0;
      // Without anything to wait for, the wait would be for ever.
      if (!wanted && !this.#isAlive()) break;
      this.wait(wanted ? AT_ONCE : this.#timers.next_ns());
    }
    this.#stopped = false;
  }

  /** The turn comes to its end, then `run` returns. What is watched stays so, for another `run`. */
  stop(): void {
    this.#stopped = true;
  }

  /** Call back once, when reading from `fd` would not block: bytes are there, or its end is. */
  abstract whenReadable(fd: number, callback: () => void): void;
  /** Give everything back; nothing is called any more. Idempotent. */
  abstract close(): void;
  /** Descriptors watched, or operations in flight: what a wait may end by. */
  protected abstract readonly pending: number;
  /** Wait until `deadline_ns` at most, read the clock, and call the handlers of what happened. */
  protected abstract wait(deadline_ns: number): void;

  #isAlive(): boolean {
    return this.pending > 0 || this.#queue.length > 0 || this.#timers.next_ns() !== FOR_EVER;
  }

  /** Those that wait now. What they put into the queue waits for the next turn, and I/O has its own. */
  #runQueue(): void {
    if (this.#queue.length === 0) return;
    const queue = this.#queue;
    this.#queue = this.#spare;
    let called = 0;
    try {
      for (const callback of queue) {
        called++;
        callback();
      }
    } finally {
      // Where one has thrown, those behind it come first in the turn of another `run`.
      if (called < queue.length) this.#queue = [...queue.slice(called), ...this.#queue];
      queue.length = 0;
      this.#spare = queue;
    }
  }
}
