// Ask again and again without a pause: the shortest way from the device to the program, paid for
// with a whole processor. Every question that finds nothing is waste.
import { EAGAIN } from '../ffi/linux/constants.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'busy-poll',
  title: 'Busy polling',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux', 'darwin'],
  cost: 'one system call per question, asked without end; never sleeps, so no wake-up to pay for',
  needs: 'O_NONBLOCK, and a processor to burn',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

/** Questions between two looks at the clock; a look costs about as much as a fifth of a question. */
const POLLS_PER_CLOCK_READING = 64;

class BusyPoll extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#fd = openTarget(context, true);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    let polls = 0;
    while (this.ready() < min && this.pending > 0) {
      const result = this.transfer(this.#fd, this.oldest());
      polls++;
      if (result !== -EAGAIN) this.finishOldest(result);
      else if (polls % POLLS_PER_CLOCK_READING === 0 && this.platform.now() >= deadline_ns) break;
    }
    this.counters.polls += polls;
    return this.take();
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new BusyPoll(context).close()),
  open: async context => new BusyPoll(context),
};
