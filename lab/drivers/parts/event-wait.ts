// What every driver on Node's event loop shares, however its operations finish: `wait` is a promise
// that the completion resolves, and a timer where there is a deadline.
import { constants } from 'node:os';
import { Slots, timeoutMilliseconds } from './slots.ts';

const { ECANCELED } = constants.errno;

export class EventWait extends Slots {
  #wake: (() => void) | undefined;
  #min = 0;

  async wait(min: number, deadline_ns: number): Promise<number> {
    const enough = () => this.ready() >= min || this.inFlight() === 0;
    if (!enough()) await this.#until(min, deadline_ns);
    return this.take();
  }

  /** Operations submitted and not finished. */
  protected inFlight(): number {
    return this.pending;
  }

  /** Something finished: whoever waits looks again. */
  protected notify(): void {
    if (this.#wake && (this.ready() >= this.#min || this.inFlight() === 0)) this.#wake();
  }

  /** Finish what is pending: the driver closes, and nothing will come. */
  protected cancel(): void {
    while (this.pending > 0) this.finishOldest(-ECANCELED);
    this.notify();
  }

  #until(min: number, deadline_ns: number): Promise<void> {
    return new Promise(resolve => {
      let timer: NodeJS.Timeout | undefined;
      this.#min = min;
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        resolve();
      };
      if (deadline_ns === Number.POSITIVE_INFINITY) return;
      // Node's timers count whole milliseconds from the loop's last look at the clock, so one may
      // fire early: ask the clock again.
      const giveUp = () => {
        const left_ms = timeoutMilliseconds(this.platform, deadline_ns);
        if (left_ms > 0) timer = setTimeout(giveUp, left_ms);
        else this.#wake?.();
      };
      giveUp();
    });
  }
}
