// Sleeping until a device interrupts, on the descriptor that UIO or VFIO gives for it: bounded, and telling
// a device that is gone from one that does not call.
import type { Counters } from '../../drivers/driver.ts';
import { interrupted, SleepInRead } from '../../drivers/parts/sleep-in-read.ts';
import { DeviceGone, TimedOut } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';

const LIMIT_NS = 5e9;

export class InterruptWait {
  readonly #platform: Platform;
  readonly #sleep: SleepInRead;
  readonly #counters: Counters;
  readonly #title: string;

  /** `bytes` of `fd` are read at once: 4 of UIO, 8 of an event flag. `counters` counts the calls. */
  constructor(
    platform: Platform,
    fd: number,
    bytes: number,
    { counters, title }: { readonly counters: Counters; readonly title: string },
  ) {
    this.#platform = platform;
    this.#sleep = new SleepInRead(platform, fd, bytes);
    this.#counters = counters;
    this.#title = title;
  }

  /** Throws TimedOut, DeviceGone. */
  sleep(): void {
    const deadline_ns = this.#platform.now() + LIMIT_NS;
    for (;;) {
      const got = this.#sleep.read(deadline_ns, this.#counters);
      if (got > 0) return;
      if (got === 0) throw new TimedOut(`${this.#title} does not interrupt`);
      if (!interrupted(got))
        throw new DeviceGone(`${this.#title}: ${this.#platform.errnoName(-got)}`);
    }
  }

  free(): void {
    this.#sleep.free();
  }
}
