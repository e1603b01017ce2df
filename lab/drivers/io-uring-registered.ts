// io_uring with its buffers and its file registered: the kernel pins the memory and holds the file once,
// at the beginning, instead of looking both up for every operation. An entry then names them by number.
// The idea is old: a network card's rings, or RIO on Windows.
import {
  IORING_OP_READ_FIXED,
  IORING_OP_WRITE_FIXED,
  IORING_REGISTER_BUFFERS,
  IORING_REGISTER_FILES,
  IORING_UNREGISTER_BUFFERS,
  IORING_UNREGISTER_FILES,
  IOSQE_FIXED_FILE,
} from '../ffi/linux/constants.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { withFlags } from './parts/ring.ts';
import { COMPLETION, probeRing, RingSlots, SUBMISSION } from './parts/ring-slots.ts';

const facts: DriverFacts = {
  id: 'io-uring-registered',
  title: 'io_uring, registered',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux'],
  cost: 'as io_uring, without looking up the file and pinning the memory for each operation; both are pinned from opening to closing',
  needs: 'io_uring of Linux 5.19, and a limit of locked memory that holds all slots',
  parameters: { ...SUBMISSION, ...COMPLETION },
  source: 'https://man7.org/linux/man-pages/man2/io_uring_register.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

/** The device's place among the registered files: it is the only one. */
const DEVICE = 0;

class IoUringRegistered extends RingSlots {
  constructor(context: OpenContext) {
    super(context, { submission: true, completion: true });
    const { depth, ring } = this;
    // Slot n becomes buffer n: struct iovec, an address and a length of eight bytes each.
    const buffers = new BigUint64Array(2 * depth);
    for (let slot = 0; slot < depth; slot++) {
      buffers[2 * slot] = BigInt(this.address(slot));
      buffers[2 * slot + 1] = BigInt(this.slot(slot).length);
    }
    try {
      ring.register(IORING_REGISTER_BUFFERS, buffers, depth);
      ring.register(IORING_REGISTER_FILES, Int32Array.of(this.file), 1);
    } catch (error) {
      this.close();
      throw error;
    }
    this.read_entry = withFlags(IORING_OP_READ_FIXED, IOSQE_FIXED_FILE);
    this.write_entry = withFlags(IORING_OP_WRITE_FIXED, IOSQE_FIXED_FILE);
    this.file = DEVICE;
    this.registered = true;
  }

  /** By hand, because a ring that is closed lets go of them later, when nobody waits any more. */
  protected override release(): void {
    this.ring.unregister(IORING_UNREGISTER_FILES);
    this.ring.unregister(IORING_UNREGISTER_BUFFERS);
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeRing(facts, context, context => new IoUringRegistered(context)),
  open: async context => new IoUringRegistered(context),
};
