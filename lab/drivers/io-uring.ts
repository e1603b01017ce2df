// io_uring: operations are written into a ring shared with the kernel, and finished ones are read
// from another. One system call can submit many and wait for any; completions come in the order in
// which the device finished.
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { COMPLETION, probeRing, RingSlots, SUBMISSION } from './parts/ring-slots.ts';

const facts: DriverFacts = {
  id: 'io-uring',
  title: 'io_uring',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux'],
  cost: 'one system call for many operations, and none to collect what has already finished',
  needs:
    'Linux 5.19 (to cancel what is in flight), and no filter that forbids it (containers often do)',
  parameters: { ...SUBMISSION, ...COMPLETION },
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  emulated_by: 'nothing: the kernel does it itself',
};

/** Nothing but what all drivers on io_uring share (parts/ring-slots.ts). */
const make = (context: OpenContext) =>
  new RingSlots(context, { submission: true, completion: true });

export const driver: Driver = {
  ...facts,
  probe: context => probeRing(facts, context, make),
  open: async context => make(context),
};
