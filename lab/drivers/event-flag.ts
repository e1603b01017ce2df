// An event flag (eventfd(2)): the kernel raises it when an operation is finished, and the thread
// sleeps until it is up. Here it drives io_uring's reads and writes: a ring tells what finished, the
// flag when. It counts, so a second completion before the wait is not lost, as a plain flag would.
import { EFD_CLOEXEC, ETIME, IORING_REGISTER_EVENTFD } from '../ffi/linux/constants.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { probeRing, RingSlots } from './parts/ring-slots.ts';
import { SleepInRead } from './parts/sleep-in-read.ts';

const facts: DriverFacts = {
  id: 'event-flag',
  title: 'Event flag',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux'],
  cost: 'two system calls per operation, one that starts it and one that sleeps until the flag is up; none to collect',
  needs: 'io_uring of Linux 5.19, and no filter that forbids it (containers often do)',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/eventfd.2.html',
  emulated_by: 'io_uring, which starts the operations and raises the flag',
};

const FLAG_BYTES = 8;

class EventFlag extends RingSlots {
  readonly #flag: number;
  readonly #sleep: SleepInRead;

  constructor(context: OpenContext) {
    super(context);
    const { platform } = this;
    this.#flag = platform.linux!.eventfd(0, EFD_CLOEXEC);
    this.#sleep = new SleepInRead(platform, this.#flag, FLAG_BYTES);
    try {
      this.ring.register(IORING_REGISTER_EVENTFD, Int32Array.of(this.#flag), 1);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  override submit(slots: Uint32Array, count: number): number {
    const accepted = super.submit(slots, count);
    if (accepted > 0) this.#start();
    return accepted;
  }

  /** Hand over without waiting: for that there is the flag. */
  #start(): number {
    this.counters.syscalls++;
    return this.ring.enter(0);
  }

  protected override enter(min: number, deadline_ns: number): number {
    const { ring } = this;
    if (ring.queued() > 0) {
      const said = this.#start();
      if (said < 0) return said;
    }
    while (ring.ready() < min) {
      // On a stream the kernel interrupts this sleep to move the bytes, and lets it sleep on.
      const got = this.#sleep.read(deadline_ns, this.counters);
      if (got <= 0) return got === 0 ? -ETIME : got;
    }
    return 0;
  }

  protected override release(): void {
    this.platform.posix.close(this.#flag);
    this.#sleep.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeRing(facts, context, context => new EventFlag(context)),
  open: async context => new EventFlag(context),
};
