// Ask, and sleep a fixed time where there was nothing. The pause is the whole bargain: a long one
// saves the processor and adds, on the average, half of itself to every latency.
import { EAGAIN } from '../ffi/linux/constants.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { Duration, microseconds } from './parts/duration.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const PAUSE_US = 100;

const facts: DriverFacts = {
  id: 'paced-poll',
  title: 'Paced polling',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux', 'darwin'],
  cost: 'two system calls per question, one that asks and one that sleeps; half a pause of latency',
  needs: 'O_NONBLOCK, and somebody who knows how long the device may wait',
  parameters: {
    pause_us: {
      meaning: `${PAUSE_US}: microseconds of sleep between two questions, any number up to a second`,
      default: String(PAUSE_US),
    },
  },
  source: 'https://man7.org/linux/man-pages/man2/nanosleep.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

class PacedPoll extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #pause_ns: number;
  readonly #pause: Duration;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#pause_ns = microseconds(context, 'pause_us', PAUSE_US);
    this.#fd = openTarget(context, true);
    this.#pause = new Duration(this.platform, 1);
    // A sleep until now is none, but it makes the thread's later sleeps punctual.
    this.platform.sleepUntil(this.platform.now());
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.pending > 0) {
      const result = this.transfer(this.#fd, this.oldest());
      this.counters.polls++;
      if (result !== -EAGAIN) this.finishOldest(result);
      else if (!this.#rest(deadline_ns)) break;
    }
    return this.take();
  }

  /** Sleep a pause, or what is left until the deadline; false where nothing is left. */
  #rest(deadline_ns: number): boolean {
    this.#pause.set(this.#pause_ns);
    if (deadline_ns !== Number.POSITIVE_INFINITY) {
      const left_ns = deadline_ns - this.platform.now();
      if (left_ns <= 0) return false;
      if (left_ns < this.#pause_ns) this.#pause.set(left_ns);
    }
    this.counters.syscalls++;
    // A signal ends the sleep early: then the question comes early, which harms nobody.
    this.platform.posix.nanosleep(this.#pause.address[0]);
    return true;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#pause.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new PacedPoll(context).close()),
  open: async context => new PacedPoll(context),
};
