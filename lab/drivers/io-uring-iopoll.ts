// io_uring that polls the disk (IORING_SETUP_IOPOLL): the disk's interrupt is switched off for these
// reads, and the waiting program asks the disk's own completion queue, within the kernel, until they
// are there. A whole processor is spent on what an interrupt would have told.
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { PolledRing, probePolled } from './parts/polled-ring.ts';
import { SUBMISSION } from './parts/ring-slots.ts';

const facts: DriverFacts = {
  id: 'io-uring-iopoll',
  title: 'io_uring, polling the disk',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux'],
  cost: 'no interrupt and no wake-up, and a processor for as long as anything is in flight',
  needs: 'O_DIRECT, and a disk whose driver keeps a queue for polling (few do without being told)',
  parameters: SUBMISSION,
  source: 'https://man7.org/linux/man-pages/man2/io_uring_setup.2.html',
  emulated_by: 'nothing: the kernel does it itself',
  page_cache: 'past',
};

const make = (context: OpenContext) => new PolledRing(context);

export const driver: Driver = {
  ...facts,
  probe: context => probePolled(facts, context, make),
  open: async context => make(context),
};
