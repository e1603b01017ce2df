// What all drivers on io_uring share: an entry for every slot's operation, one call that hands entries
// over and waits, and a close that returns when the kernel is done with every slot. A driver that does
// a part of it in another way overrides that part.
import { SystemCallError, Unsupported } from '../../errors.ts';
import {
  EINTR,
  ETIME,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_ANY,
  IORING_CQE_F_MORE,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_READ,
  IORING_OP_WRITE,
  IORING_SETUP_COOP_TASKRUN,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_SINGLE_ISSUER,
} from '../../ffi/linux/constants.ts';
import type { Memory } from '../../ffi/platform.ts';
import {
  type BlockingEngine,
  type DriverFacts,
  type OpenContext,
  type Probe,
  READ,
} from '../driver.ts';
import { openTarget, probeByOperation } from './open.ts';
import { Ring } from './ring.ts';
import type { SubmissionThread } from './ring-memory.ts';
import { Slots } from './slots.ts';

export const SUBMISSION: DriverFacts['parameters'] = {
  submission: {
    meaning:
      'each: one call per operation; batch: one call submits all and waits; linked: as batch, and each starts when the one before has ended well',
    default: 'batch',
    values: ['each', 'batch', 'linked'],
  },
};

export const COMPLETION: DriverFacts['parameters'] = {
  completion: {
    meaning:
      'prompt: the kernel finishes an operation as soon as the device has answered, whatever the program does then; deferred: when the program calls it (Linux 6.1)',
    default: 'prompt',
    values: ['prompt', 'deferred'],
  },
};

const DEFERRED =
  IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
const CURRENT_POSITION = -1;
/** Marks the cancel request's own completion; slots are numbered below it. */
const CANCEL = 0x7fffffff;
const DRAIN_LIMIT_NS = 5e9;
const PROBE_LIMIT_NS = 1e9;

export interface RingOptions {
  /** IORING_SETUP_… */
  readonly setup?: number;
  readonly thread?: SubmissionThread;
  /** Take the parameters `submission` and `completion`. */
  readonly submission?: true;
  readonly completion?: true;
  /** The slots' memory, where the driver has more in it. */
  readonly arena?: Memory;
  readonly more_entries?: number;
}

function makeRing({ platform, depth }: OpenContext, options: RingOptions, defer: boolean): Ring {
  const { setup = 0, thread, more_entries = 0 } = options;
  // One for each slot, and one for the request that cancels them.
  const entries = depth + 1 + more_entries;
  try {
    return new Ring(platform, entries, defer ? setup | DEFERRED : setup, thread);
  } catch (error) {
    if (!defer || !(error instanceof Unsupported) || error.errno !== 'EINVAL') throw error;
    const fix = 'use Linux 6.1 or newer, or completion=prompt';
    throw new Unsupported('this kernel cannot defer completions', fix, error.errno);
  }
}

/**
 * The usual probe: a ring may be granted and its operations refused, so one is made. A disk answers it;
 * on a stream it may stay pending, and the close cancels it. `why` puts an errno into words.
 */
export function probeRing(
  facts: DriverFacts,
  context: OpenContext,
  make: (context: OpenContext) => RingSlots,
  why: (errno: string) => Unsupported | undefined = () => undefined,
): Promise<Probe> {
  return probeByOperation(facts, context, () => {
    const engine = make(context);
    try {
      engine.submit(new Uint32Array([0]), 1);
      const min = context.target.kind === 'block' ? 1 : 0;
      const finished = engine.wait(min, context.platform.now() + PROBE_LIMIT_NS);
      const result = engine.completions.result[0]!;
      if (finished === 0 || result >= 0) return;
      const errno = context.platform.errnoName(-result);
      throw why(errno) ?? new SystemCallError('io_uring read', errno);
    } finally {
      engine.close();
    }
  });
}

export class RingSlots extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  protected readonly ring: Ring;
  /** How entries begin: the opcode and its flags. */
  protected read_entry = IORING_OP_READ;
  protected write_entry = IORING_OP_WRITE;
  /** What entries call the device: its descriptor, or its place among registered files. */
  protected file: number;
  /** Each slot is the registered buffer of its number. */
  protected registered = false;
  /** Completions appear only while the program calls the kernel. */
  protected shows_when_called: boolean;
  /** Operations prepared or handed over, and not seen finished. */
  protected inFlight = 0;
  readonly #each: boolean;
  readonly #linked: boolean;
  readonly #block: boolean;
  readonly #fd: number;
  #open = true;

  /** Throws Unsupported or SystemCallError. */
  constructor(context: OpenContext, options: RingOptions = {}) {
    super(context, options.arena);
    const submission = options.submission && context.parameters.submission;
    const { completion } = context.parameters;
    const defer = options.completion === true && completion === 'deferred';
    this.shows_when_called = defer;
    this.#each = submission === 'each';
    this.#linked = submission === 'linked';
    if (options.submission) this.counters.links = 0;
    this.#block = context.target.kind === 'block';
    let ring: Ring | undefined;
    try {
      ring = makeRing(context, options, defer);
      this.#fd = openTarget(context, false);
    } catch (error) {
      ring?.close();
      this.free();
      throw error;
    }
    this.ring = ring;
    this.file = this.#fd;
  }

  /** Write the slot's operation into the next entry. */
  protected prepare(slot: number): void {
    const { operations } = this;
    const first = operations.opcode[slot] === READ ? this.read_entry : this.write_entry;
    const at = this.#block ? operations.offset_bytes[slot]! : CURRENT_POSITION;
    // Numbers that fit a signed word are passed as they are, others may be boxed.
    const offset = at < 2 ** 31 ? at | 0 : at;
    const low = this.addresses_low[slot]! | 0;
    const high = this.addresses_high[slot]!;
    const length = operations.length_bytes[slot]!;
    const buffer = this.registered ? slot : 0;
    this.ring.prepare(first, this.file, offset, low, high, length, slot, 0, buffer);
    this.inFlight++;
  }

  /** Hand over what is prepared and wait for `min` completions; a negated errno where that failed. */
  protected enter(min: number, deadline_ns: number): number {
    this.counters.syscalls++;
    return this.ring.enter(min, deadline_ns);
  }

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.depth - this.inFlight);
    for (let i = 0; i < accepted; i++) {
      this.prepare(slots[i]!);
      if (this.#each) this.enter(0, 0);
    }
    return accepted;
  }

  wait(min: number, deadline_ns: number): number {
    const { ring } = this;
    const wanted = Math.min(min, this.inFlight);
    // Without waiting, what shows only to a call is asked for once.
    if (wanted === 0 && this.inFlight > 0 && this.shows_when_called) this.enter(0, deadline_ns);
    this.#reap();
    while (this.ready() < wanted || ring.queued() > 0) {
      if (this.#linked) {
        ring.linkQueued();
        this.counters.links = ring.links;
      }
      const said = this.enter(Math.max(0, wanted - this.ready()), deadline_ns);
      this.#reap();
      if (said === -ETIME) break;
      if (said < 0 && said !== -EINTR) throw new Error(`io_uring_enter: errno ${-said}`);
    }
    return this.take();
  }

  /** Take what is finished. After every call: a kernel that polls does so only while nothing lies there. */
  #reap(): void {
    const { ring } = this;
    const ready = ring.ready();
    if (ready === 0) return;
    for (let k = 0; k < ready; k++) this.finish(ring.userData(k), ring.result(k), k > 0);
    ring.advance(ready);
    this.inFlight -= ready;
  }

  /** Cancel what can be cancelled (a read on a stream), wait for the rest (a disk always ends). */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const deadline_ns = this.platform.now() + DRAIN_LIMIT_NS;
    if (this.inFlight > 0 && !this.#block) {
      const everything = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
      this.ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0, 0, CANCEL, everything);
      this.inFlight++;
    }
    while (this.inFlight > 0 && this.platform.now() < deadline_ns) {
      const said = this.enter(1, deadline_ns);
      this.#drop();
      if (said < 0 && said !== -EINTR) break;
    }
    this.release();
    this.platform.posix.close(this.#fd);
    this.ring.close();
    // Memory that the kernel may still write to stays mapped for good: a leak beats a corruption.
    if (this.inFlight === 0) this.free();
  }

  /** Forget what is finished. An operation that goes on to complete is still in flight. */
  #drop(): void {
    const { ring } = this;
    const ready = ring.ready();
    for (let k = 0; k < ready; k++) {
      if ((ring.flags(k) & IORING_CQE_F_MORE) === 0) this.inFlight--;
    }
    ring.advance(ready);
  }

  /** Give back what a driver holds beside ring, device and slots; the kernel uses none of it now. */
  protected release(): void {}
}
