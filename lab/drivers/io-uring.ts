// io_uring: operations are written into a ring shared with the kernel, and finished ones are read
// from another. One system call can submit many and wait for any; completions come in the order in
// which the device finished.
import { SystemCallError } from '../errors.ts';
import {
  EINTR,
  ETIME,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_ANY,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_READ,
  IORING_OP_WRITE,
} from '../ffi/linux/constants.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Ring } from './parts/ring.ts';
import { Slots } from './parts/slots.ts';

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
  parameters: {
    submission: {
      meaning:
        'each: one call per operation; batch: one call submits all and waits; linked: as batch, and each starts when the one before has ended well',
      default: 'batch',
      values: ['each', 'batch', 'linked'],
    },
  },
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  emulated_by: 'nothing: the kernel does it itself',
};

const CURRENT_POSITION = -1;
/** Marks the cancel request's own completion; slots are numbered below it. */
const CANCEL = 0x7fffffff;
const DRAIN_LIMIT_NS = 5e9;
const PROBE_LIMIT_NS = 1e9;

class IoUring extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #ring: Ring;
  readonly #each: boolean;
  readonly #linked: boolean;
  readonly #block: boolean;
  #fd: number;
  #inFlight = 0;

  constructor(context: OpenContext) {
    super(context);
    this.#each = context.parameters.submission === 'each';
    this.#linked = context.parameters.submission === 'linked';
    this.#block = context.target.kind === 'block';
    this.#ring = new Ring(context.platform, context.depth + 1, 0);
    try {
      this.#fd = openTarget(context, false);
    } catch (error) {
      this.#ring.close();
      throw error;
    }
  }

  submit(slots: Uint32Array, count: number): number {
    const { operations } = this;
    const accepted = Math.min(count, this.depth - this.#inFlight);
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      const opcode = operations.opcode[slot] === READ ? IORING_OP_READ : IORING_OP_WRITE;
      const offset = this.#block ? operations.offset_bytes[slot]! : CURRENT_POSITION;
      const length = operations.length_bytes[slot]!;
      const low = this.addresses_low[slot]!;
      const high = this.addresses_high[slot]!;
      this.#ring.prepare(opcode, this.#fd, offset, low, high, length, slot);
      if (this.#each) this.#ring.enter(0);
    }
    this.#inFlight += accepted;
    return accepted;
  }

  wait(min: number, deadline_ns: number): number {
    const ring = this.#ring;
    const wanted = Math.min(min, this.#inFlight);
    for (;;) {
      const ready = ring.ready();
      if (ready >= wanted && ring.queued() === 0) break;
      if (this.#linked) ring.linkQueued();
      const taken = ring.enter(wanted, deadline_ns);
      if (taken === -ETIME) break;
      if (taken < 0 && taken !== -EINTR) throw new Error(`io_uring_enter: errno ${-taken}`);
    }
    const ready = ring.ready();
    for (let k = 0; k < ready; k++) this.finish(ring.userData(k), ring.result(k), k > 0);
    ring.advance(ready);
    this.#inFlight -= ready;
    this.counters.syscalls = ring.enters;
    this.counters.links = ring.links;
    return this.take();
  }

  /** Cancel what can be cancelled (a read on a stream), wait for the rest (a disk always ends). */
  close(): void {
    if (this.#fd < 0) return;
    const ring = this.#ring;
    const deadline_ns = this.platform.now() + DRAIN_LIMIT_NS;
    if (this.#inFlight > 0) {
      const everything = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
      ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0, 0, CANCEL, everything);
      this.#inFlight++;
    }
    while (this.#inFlight > 0 && this.platform.now() < deadline_ns) {
      const taken = ring.enter(1, deadline_ns);
      this.#inFlight -= ring.ready();
      ring.advance(ring.ready());
      if (taken < 0 && taken !== -EINTR) break;
    }
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    ring.close();
    // Memory that the kernel may still write to stays mapped for good: a leak beats a corruption.
    if (this.#inFlight === 0) this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => {
      const engine = new IoUring(context);
      try {
        // A ring may be granted and its operations refused, so one is made. A disk answers it; on a
        // stream it may stay pending, and the close cancels it.
        engine.submit(new Uint32Array([0]), 1);
        const min = context.target.kind === 'block' ? 1 : 0;
        const finished = engine.wait(min, context.platform.now() + PROBE_LIMIT_NS);
        const result = engine.completions.result[0]!;
        if (finished === 0 || result >= 0) return;
        throw new SystemCallError('io_uring read', context.platform.errnoName(-result));
      } finally {
        engine.close();
      }
    }),
  open: async context => new IoUring(context),
};
