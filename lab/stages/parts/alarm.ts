// A signal again and again, whose handler does nothing: all it does is interrupt a call that sleeps
// (signal(7), "Interruption of system calls"). It bounds a sleep that would last for ever, exactly: a
// call that had something to do returns that, and only one that slept returns EINTR.
import { ITIMER_REAL, SIGALRM } from '../../ffi/linux/constants.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';

/** struct itimerval (setitimer(2)): seconds and microseconds of the interval, then of the first. */
const ITIMERVAL_BYTES = 32;
/** How long a call may sleep before it counts as one that never ends: nobody is there to wake it. */
const BOUND_US = 10_000;

export class Alarm {
  readonly #linux: LinuxCalls;
  readonly #value: Memory;
  readonly #words: Uint32Array;

  /** `restart`: the kernel resumes the calls that it can resume (SA_RESTART). */
  constructor(platform: Platform, restart = false) {
    this.#linux = platform.linux!;
    this.#value = platform.memory(ITIMERVAL_BYTES);
    this.#words = new Uint32Array(this.#value.bytes.buffer);
    this.#linux.interruptBy(SIGALRM, restart);
  }

  /** From now on every `interval_us`, which is less than a second; never again where it is 0. */
  every(interval_us: number): void {
    this.#words[2] = interval_us;
    this.#words[6] = interval_us;
    this.#linux.setitimer(ITIMER_REAL, this.#value.address, 0);
  }

  /** What `call` returns: −EINTR where it slept until it was interrupted. */
  bounded(call: () => number): number {
    this.every(BOUND_US);
    try {
      return call();
    } finally {
      this.every(0);
    }
  }

  /** Ignored from now on: one that still comes would end the process. */
  close(): void {
    this.every(0);
    this.#linux.ignoreSignal(SIGALRM);
    this.#value.free();
  }
}
