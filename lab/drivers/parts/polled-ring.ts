// An io_uring whose completions are looked for at the disk itself (IORING_SETUP_IOPOLL): no interrupt
// announces them, so they appear only while the program calls and asks. Sources: io_uring_setup(2);
// the kernel's io_uring/rw.c for the hybrid form, which sleeps for half of the time that reads took.
import { Unsupported } from '../../errors.ts';
import { ETIME, IORING_ENTER_GETEVENTS, IORING_SETUP_IOPOLL } from '../../ffi/linux/constants.ts';
import type { DriverFacts, OpenContext, Probe } from '../driver.ts';
import { refusedDirect } from './open.ts';
import { probeRing, RingSlots } from './ring-slots.ts';

const POLLED_QUEUES =
  'give its driver a queue to poll when it is loaded (nvme.poll_queues=1, virtio_blk.poll_queues=1, null_blk.poll_queues=1); then /sys/block/…/queue/io_poll reads 1';

export class PolledRing extends RingSlots {
  /** Past the page cache, whatever the target says: what is not read from the disk is not polled. */
  constructor(context: OpenContext, setup = 0) {
    const target = { ...context.target, direct: true };
    super({ ...context, target }, { setup: IORING_SETUP_IOPOLL | setup, submission: true });
    this.shows_when_called = true;
  }

  protected override enter(min: number, deadline_ns: number): number {
    const { ring, counters, platform } = this;
    counters.polls++;
    // The kernel polls until there are `min`, or it has other work; it knows no time limit in that.
    if (min > 0 && deadline_ns === Number.POSITIVE_INFINITY) return super.enter(min, deadline_ns);
    for (;;) {
      counters.syscalls++;
      const said = ring.enter(0, 0, IORING_ENTER_GETEVENTS);
      // While one lies in the queue the kernel asks the disk for no other: it has to be taken first.
      if (said < 0 || min === 0 || ring.ready() > 0) return said;
      if (platform.now() >= deadline_ns) return -ETIME;
      counters.polls++;
    }
  }
}

/** Tries a read: a ring is granted also where the disk cannot be polled, and the first read fails. */
export function probePolled(
  facts: DriverFacts,
  context: OpenContext,
  make: (context: OpenContext) => PolledRing,
): Promise<Probe> {
  const tried = (one: OpenContext) => {
    try {
      return make(one);
    } catch (error) {
      throw refusedDirect(error);
    }
  };
  return probeRing(facts, context, tried, errno => {
    // One number has both names (errno(3)); the kernel means the second.
    if (errno !== 'ENOTSUP' && errno !== 'EOPNOTSUPP') return undefined;
    const reason = 'io_uring read: EOPNOTSUPP, the disk has no queue that can be polled';
    return new Unsupported(reason, POLLED_QUEUES, 'EOPNOTSUPP');
  });
}
