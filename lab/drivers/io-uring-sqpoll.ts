// io_uring with a thread of the kernel's that polls the submission ring (IORING_SETUP_SQPOLL): to start
// an operation the program stores a number, and calls nobody. The thread keeps a processor busy, and
// sleeps after a while without work; then it must be woken by a call.
import { Unsupported } from '../errors.ts';
import {
  ETIME,
  IORING_ENTER_SQ_WAKEUP,
  IORING_SETUP_SQ_AFF,
  IORING_SETUP_SQPOLL,
} from '../ffi/linux/constants.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { OneProcessor } from './parts/one-processor.ts';
import { probeRing, RingSlots } from './parts/ring-slots.ts';
import { wholeNumber } from './parts/whole-number.ts';

const facts: DriverFacts = {
  id: 'io-uring-sqpoll',
  title: 'io_uring, submission polling',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux'],
  cost: 'no system call to start an operation, and a processor for the thread that looks for them; one call to wait, or a second processor for the program that looks for completions',
  needs:
    'io_uring of Linux 5.19, and a processor to spare: on one that is shared, each waits for the other',
  parameters: {
    collect: {
      meaning:
        'wait: sleep until something is finished, one call; poll: look at the completion ring until something is, no call',
      default: 'wait',
      values: ['wait', 'poll'],
    },
    idle_ms: {
      meaning: '1000: the thread sleeps after a second without work; or another length, such as 10',
      default: '1000',
    },
    thread_cpu: {
      meaning: 'any: the scheduler places the thread; or the number of its processor, such as 1',
      default: 'any',
    },
    program_cpu: {
      meaning:
        'any: the scheduler places the program; same: it runs on the processor of the thread, as on a machine with one',
      default: 'any',
      values: ['any', 'same'],
    },
  },
  source: 'https://man7.org/linux/man-pages/man2/io_uring_setup.2.html',
  emulated_by: 'nothing: the kernel does it itself, on a thread of its own',
};

/** The kernel takes 0 for its usual second. */
const IDLE_MS = [1, 60_000] as const;
const CPUS = [0, 4095] as const;
const POLLS_PER_CLOCK_READING = 64;

/** The processor that was chosen for the thread. */
function chosenCpu(context: OpenContext): number | undefined {
  const { thread_cpu = 'any' } = context.parameters;
  return thread_cpu === 'any' ? undefined : wholeNumber(context, 'thread_cpu', 0, CPUS);
}

function setUp(context: OpenContext, cpu: number | undefined) {
  const idle_ms = wholeNumber(context, 'idle_ms', 1000, IDLE_MS);
  if (cpu === undefined) return { setup: IORING_SETUP_SQPOLL, thread: { idle_ms, cpu: 0 } };
  return { setup: IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF, thread: { idle_ms, cpu } };
}

class IoUringSqpoll extends RingSlots {
  readonly #poll: boolean;
  readonly #shared: OneProcessor | undefined;

  constructor(context: OpenContext, shared: OneProcessor | undefined) {
    super(context, setUp(context, shared?.cpu ?? chosenCpu(context)));
    this.#poll = context.parameters.collect === 'poll';
    this.#shared = shared;
  }

  override submit(slots: Uint32Array, count: number): number {
    const accepted = super.submit(slots, count);
    if (accepted > 0) this.#publish();
    return accepted;
  }

  /** The thread sees what is published by itself; only one that sleeps is called. */
  #publish(): void {
    this.ring.publish();
    if (!this.ring.isThreadAsleep()) return;
    this.counters.syscalls++;
    this.ring.enter(0, 0, IORING_ENTER_SQ_WAKEUP);
  }

  protected override enter(min: number, deadline_ns: number): number {
    if (this.ring.queued() > 0) this.#publish();
    if (this.#poll) return this.#look(min, deadline_ns);
    return min > 0 ? super.enter(min, deadline_ns) : 0;
  }

  #look(min: number, deadline_ns: number): number {
    const bounded = deadline_ns !== Number.POSITIVE_INFINITY;
    for (let looks = 0; this.ring.ready() < min; looks++) {
      this.counters.polls++;
      if (!bounded || looks % POLLS_PER_CLOCK_READING !== 0) continue;
      if (this.platform.now() >= deadline_ns) return -ETIME;
    }
    return 0;
  }

  protected override release(): void {
    this.#shared?.undo();
  }
}

function make(context: OpenContext): IoUringSqpoll {
  const { platform, parameters } = context;
  const share = parameters.program_cpu === 'same';
  const shared = share ? new OneProcessor(platform, chosenCpu(context)) : undefined;
  try {
    return new IoUringSqpoll(context, shared);
  } catch (error) {
    shared?.undo();
    const { thread_cpu } = context.parameters;
    if (!(error instanceof Unsupported) || error.errno !== 'EINVAL') throw error;
    throw new Unsupported(
      `the kernel puts no thread on processor ${thread_cpu}`,
      'give one that is there and allowed, or thread_cpu=any',
      error.errno,
    );
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeRing(facts, context, make),
  open: async context => make(context),
};
