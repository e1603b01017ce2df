// An event flag (eventfd(2)): the kernel raises it when an operation is finished, and the thread
// sleeps until it is up. Here it drives io_uring's reads and writes: a ring tells what finished, the
// flag when. It counts, so a second completion before the wait is not lost, as a plain flag would.
import { SystemCallError } from '../errors.ts';
import {
  EFD_CLOEXEC,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_ANY,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_READ,
  IORING_OP_WRITE,
  IORING_REGISTER_EVENTFD,
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
import { interrupted, SleepInRead } from './parts/sleep-in-read.ts';
import { Slots } from './parts/slots.ts';

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

const CURRENT_POSITION = -1;
/** Marks the cancel request's own completion; slots are numbered below it. */
const CANCEL = 0x7fffffff;
const FLAG_BYTES = 8;
const DRAIN_LIMIT_NS = 5e9;
const PROBE_LIMIT_NS = 1e9;

class EventFlag extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #ring: Ring;
  readonly #flag: number;
  readonly #sleep: SleepInRead;
  readonly #block: boolean;
  #fd = -1;
  #open = true;
  #inFlight = 0;

  constructor(context: OpenContext) {
    super(context);
    const { platform } = this;
    this.#block = context.target.kind === 'block';
    this.#ring = new Ring(platform, context.depth + 1, 0);
    this.#flag = platform.linux!.eventfd(0, EFD_CLOEXEC);
    this.#sleep = new SleepInRead(platform, this.#flag, FLAG_BYTES);
    try {
      this.#sleep.words[0] = this.#flag;
      const { io_uring_register } = platform.linux!;
      const argument = this.#sleep.address[0];
      if (io_uring_register(this.#ring.fd, IORING_REGISTER_EVENTFD, argument, 1) < 0) {
        throw new SystemCallError('io_uring_register', platform.errnoName(platform.errno()));
      }
      this.#fd = openTarget(context, false);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  submit(slots: Uint32Array, count: number): number {
    const { operations } = this;
    const accepted = Math.min(count, this.depth - this.#inFlight);
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      const opcode = operations.opcode[slot] === READ ? IORING_OP_READ : IORING_OP_WRITE;
      const at = this.#block ? operations.offset_bytes[slot]! : CURRENT_POSITION;
      // Numbers that fit a signed word are passed as they are, others may be boxed.
      const offset = at < 2 ** 31 ? at | 0 : at;
      const length = operations.length_bytes[slot]!;
      const low = this.addresses_low[slot]! | 0;
      const high = this.addresses_high[slot]!;
      this.#ring.prepare(opcode, this.#fd, offset, low, high, length, slot);
    }
    this.#inFlight += accepted;
    if (accepted > 0) this.#start();
    return accepted;
  }

  /** Hand over without waiting: for that there is the flag. */
  #start(): void {
    this.counters.syscalls++;
    this.#ring.enter(0);
  }

  wait(min: number, deadline_ns: number): number {
    const ring = this.#ring;
    const wanted = Math.min(min, this.#inFlight);
    if (ring.queued() > 0) this.#start();
    while (ring.ready() < wanted) {
      // On a stream the kernel interrupts this sleep to move the bytes, and lets it sleep on.
      const got = this.#sleep.read(deadline_ns, this.counters);
      if (got === 0) break;
      if (got < 0 && !interrupted(got)) throw new Error(`reading an eventfd: errno ${-got}`);
    }
    const ready = ring.ready();
    for (let k = 0; k < ready; k++) this.finish(ring.userData(k), ring.result(k), k > 0);
    ring.advance(ready);
    this.#inFlight -= ready;
    return this.take();
  }

  /** Cancel what can be cancelled (a read on a stream), wait for the rest (a disk always ends). */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const ring = this.#ring;
    const deadline_ns = this.platform.now() + DRAIN_LIMIT_NS;
    if (this.#inFlight > 0) {
      const everything = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
      ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0, 0, CANCEL, everything);
      this.#inFlight++;
      ring.enter(0);
    }
    while (this.#inFlight > 0 && this.platform.now() < deadline_ns) {
      const ready = ring.ready();
      ring.advance(ready);
      this.#inFlight -= ready;
      if (ready === 0) this.#sleep.read(deadline_ns, this.counters);
    }
    if (this.#fd >= 0) this.platform.posix.close(this.#fd);
    ring.close();
    this.platform.posix.close(this.#flag);
    this.#sleep.free();
    // Memory that the kernel may still write to stays mapped for good: a leak beats a corruption.
    if (this.#inFlight === 0) this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => {
      const engine = new EventFlag(context);
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
  open: async context => new EventFlag(context),
};
