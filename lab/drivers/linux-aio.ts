// Linux's first completion queue: io_submit(2) starts operations, io_getevents(2) collects what has
// ended. An operation is started by the device's own read, and where that would sleep io_submit sleeps:
// on a pipe, on a terminal, on a page that is not cached. Only blocks past the cache are asynchronous,
// so only blocks are served. Its poll request (IOCB_CMD_POLL) could watch a stream, but would report
// readiness and leave the reading to the program: poll(2) under another name.
import { SystemCallError } from '../errors.ts';
import { EINTR } from '../ffi/linux/constants.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { NativeQueue } from './parts/native-queue.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'linux-aio',
  title: 'Linux native AIO',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux'],
  cost: 'one system call to start an operation and one to collect all that have ended; through the page cache the first one waits for the disk',
  needs: 'O_DIRECT, or it is synchronous; a place in fs.aio-max-nr, which all programs share',
  parameters: {
    submission: {
      meaning: 'each: one call per operation; batch: one call starts all that wait',
      default: 'each',
      values: ['each', 'batch'],
    },
  },
  source: 'https://man7.org/linux/man-pages/man2/io_submit.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

const PROBE_LIMIT_NS = 1e9;

class LinuxAio extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #queue: NativeQueue;
  readonly #each: boolean;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#each = context.parameters.submission !== 'batch';
    this.#fd = openTarget(context, false);
    try {
      this.#queue = new NativeQueue(this.platform, this, this.#fd);
    } catch (error) {
      this.platform.posix.close(this.#fd);
      throw error;
    }
  }

  submit(slots: Uint32Array, count: number): number {
    const queue = this.#queue;
    const accepted = Math.min(count, this.depth - queue.inFlight - this.ready());
    for (let i = 0; i < accepted; i++) {
      queue.prepare(slots[i]!);
      if (this.#each) queue.start();
    }
    return accepted;
  }

  wait(min: number, deadline_ns: number): number {
    const queue = this.#queue;
    queue.start();
    while (queue.inFlight > 0) {
      const wanted = Math.min(Math.max(0, min - this.ready()), queue.inFlight);
      const ended = queue.collect(wanted, deadline_ns);
      if (ended >= wanted || ended === 0) break;
      if (ended < 0 && ended !== -EINTR) throw new Error(`io_getevents: errno ${-ended}`);
    }
    return this.take();
  }

  /** A disk's operation cannot be cancelled (io_cancel(2) says EINVAL): it is waited for. */
  close(): void {
    if (this.#fd < 0) return;
    this.#queue.destroy();
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => {
      const engine = new LinuxAio(context);
      try {
        // A context may be granted where no operation succeeds, so one is made.
        engine.submit(new Uint32Array([0]), 1);
        const finished = engine.wait(1, context.platform.now() + PROBE_LIMIT_NS);
        const result = finished > 0 ? engine.completions.result[0]! : 0;
        if (result >= 0) return;
        throw new SystemCallError('io_submit read', context.platform.errnoName(-result));
      } finally {
        engine.close();
      }
    }),
  open: async context => new LinuxAio(context),
};
