// io_uring that sleeps first and polls then (IORING_SETUP_HYBRID_IOPOLL): the kernel sleeps for half of
// the time that such reads took lately, and polls the disk for the rest. It spends less of a processor
// than polling throughout, and gives up little of what polling gains.
import { Unsupported } from '../errors.ts';
import { IORING_SETUP_HYBRID_IOPOLL } from '../ffi/linux/constants.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { PolledRing, probePolled } from './parts/polled-ring.ts';
import { SUBMISSION } from './parts/ring-slots.ts';

const facts: DriverFacts = {
  id: 'io-uring-hybrid',
  title: 'io_uring, sleeping then polling the disk',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'hybrid',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux'],
  cost: 'no interrupt, one sleep by a timer, and a processor for the rest of the time that anything is in flight',
  needs: 'Linux 6.13, O_DIRECT, and a disk whose driver keeps a queue for polling',
  parameters: SUBMISSION,
  source: 'https://man7.org/linux/man-pages/man2/io_uring_setup.2.html',
  emulated_by: 'nothing: the kernel does it itself',
  page_cache: 'past',
};

function make(context: OpenContext): PolledRing {
  try {
    return new PolledRing(context, IORING_SETUP_HYBRID_IOPOLL);
  } catch (error) {
    // The flag alone is new: a ring that polls is granted since 5.1.
    if (!(error instanceof Unsupported) || error.errno !== 'EINVAL') throw error;
    const reason = 'io_uring_setup: EINVAL, this kernel cannot sleep before it polls';
    throw new Unsupported(reason, 'use Linux 6.13 or newer, or io-uring-iopoll', error.errno);
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probePolled(facts, context, make),
  open: async context => make(context),
};
