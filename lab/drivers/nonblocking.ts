// The call says "not yet" (EAGAIN), the program lets others run, and issues it again. Busy polling
// never lets go of the processor and paced polling always sleeps; this thread gives way whenever
// another is ready, and is back at once where none is, so an idle machine sees a busy poll.
import { EAGAIN } from '../ffi/linux/constants.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'nonblocking',
  title: 'Non-blocking read, reissued',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux', 'darwin'],
  cost: 'two system calls per try, the read that says "not yet" and the yield; all the processor that nobody else wants',
  needs: 'O_NONBLOCK',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/sched_yield.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

/** Tries between two looks at the clock. */
const TRIES_PER_CLOCK_READING = 16;

class NonBlocking extends Slots implements BlockingEngine {
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
    const { posix } = this.platform;
    let tries = 0;
    let yields = 0;
    while (this.ready() < min && this.pending > 0) {
      const result = this.transfer(this.#fd, this.oldest());
      if (result !== -EAGAIN) this.finishOldest(result);
      else if (tries % TRIES_PER_CLOCK_READING === 0 && this.platform.now() >= deadline_ns) break;
      else {
        posix.sched_yield();
        yields++;
      }
      tries++;
    }
    this.counters.polls += tries;
    this.counters.syscalls += yields;
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
  probe: context => probeByOperation(facts, context, () => new NonBlocking(context).close()),
  open: async context => new NonBlocking(context),
};
