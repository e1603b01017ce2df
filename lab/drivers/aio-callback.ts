// POSIX AIO with SIGEV_THREAD: at the end of an operation the C library calls a function of ours. Who
// runs it? A thread of the pool has done the reading; it starts another thread for the notification
// alone; and as JavaScript runs on one thread only, that one hands the call over to Node's event loop and
// waits until the callback has returned. Three threads for one completion.
import { setImmediate } from 'node:timers/promises';
import { SystemCallError, Unsupported } from '../errors.ts';
import { SIGEV_THREAD } from '../ffi/linux/constants.ts';
import type { Driver, DriverFacts, EventEngine, OpenContext } from './driver.ts';
import { AioRequests, descriptors } from './parts/aio-requests.ts';
import { EventWait } from './parts/event-wait.ts';
import { probeByOperation } from './parts/open.ts';

const facts: DriverFacts = {
  id: 'aio-callback',
  title: 'POSIX AIO, callback',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'event',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux'],
  cost: 'a thread made and ended for every completion, beside the one that reads and the one whose event loop runs the callback',
  needs: 'the GNU C library, and foreign calls that other threads may make into JavaScript',
  parameters: { descriptors },
  source: 'https://man7.org/linux/man-pages/man3/sigevent.3type.html',
  emulated_by:
    'the C library: a pool of threads that call pread(2) and pwrite(2), and a new thread for every callback',
};

/** koffi holds 256 calls of other threads at once, and the threads that are just leaving count, too. */
const MOST_CALLS = 128;
/** A foreign callback does not keep Node's loop alive; a timer does, and never fires here. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DRAIN_LIMIT_MS = 5000;
const PROBE_LIMIT_NS = 1e9;

class AioCallback extends EventWait implements EventEngine {
  readonly loop = 'event';
  readonly #requests: AioRequests;
  readonly #callback: { readonly address: number; release(): void };
  readonly #ordered: boolean;
  /** On a stream: slots whose callback came before that of an older one. */
  readonly #called: Uint8Array;
  readonly #alive: NodeJS.Timeout;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(context: OpenContext) {
    super(context);
    const { platform, depth } = this;
    if (depth > MOST_CALLS) {
      const fix = `give a depth of at most ${MOST_CALLS}`;
      throw new Unsupported(`${depth} callbacks from other threads at once are too many`, fix);
    }
    this.#ordered = context.target.kind !== 'block';
    this.#called = new Uint8Array(depth);
    this.#callback = platform.linux!.threadCallback(slot => this.#ended(slot));
    try {
      const function_address = this.#callback.address;
      this.#requests = new AioRequests(context, this, { notify: SIGEV_THREAD, function_address });
    } catch (error) {
      this.#callback.release();
      throw error;
    }
    this.#alive = setInterval(() => {}, LONGEST_TIMER_MS);
  }

  submit(slots: Uint32Array, count: number): number {
    const most = Math.min(count, this.room());
    for (let i = 0; i < most; i++) {
      if (!this.#requests.start(slots[i]!)) return i;
      if (this.#ordered) this.enqueue(slots[i]!);
      else this.pending++;
    }
    return most;
  }

  /** The callback: on the event loop's thread, while the thread that called waits for it. */
  #ended(slot: number): void {
    this.counters.polls++;
    if (this.#ordered) this.#inOrder(slot);
    else {
      this.pending--;
      this.finish(slot, this.#result(slot));
    }
    this.notify();
    if (this.pending === 0) this.#drained?.();
  }

  /** Threads race: the callback of a later read may come first, and its bytes have to wait. */
  #inOrder(slot: number): void {
    this.#called[slot] = 1;
    while (this.pending > 0 && this.#called[this.oldest()] === 1) {
      const oldest = this.oldest();
      this.#called[oldest] = 0;
      this.finishOldest(this.#result(oldest));
    }
  }

  #result(slot: number): number {
    return this.#requests.result(slot, this.#requests.errno(slot));
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Every operation has its callback, also a cancelled one: when all have come, none can follow. */
  async #drain(): Promise<void> {
    if (this.pending > 0) {
      this.#requests.cancel();
      await new Promise<void>(resolve => {
        this.#drained = resolve;
        setTimeout(resolve, DRAIN_LIMIT_MS).unref();
      });
    }
    const drained = this.pending === 0;
    this.#requests.close(drained);
    clearInterval(this.#alive);
    if (!drained) return;
    // The last caller still waits for its callback to return.
    await setImmediate();
    this.#callback.release();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, async () => {
      const engine = new AioCallback(context);
      try {
        // On a stream a read of no bytes, which goes all the way and takes nothing.
        if (context.target.kind !== 'block') engine.operations.length_bytes[0] = 0;
        engine.submit(new Uint32Array([0]), 1);
        const finished = await engine.wait(1, context.platform.now() + PROBE_LIMIT_NS);
        const result = finished > 0 ? engine.completions.result[0]! : 0;
        if (result >= 0) return;
        throw new SystemCallError('aio_read', context.platform.errnoName(-result));
      } finally {
        await engine.close();
      }
    }),
  open: async context => new AioCallback(context),
};
