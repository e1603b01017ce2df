// POSIX AIO with aio_suspend(3): operations are started, and the thread sleeps until at least one of a
// list has ended; then it asks each how it went. In the GNU C library other threads do the work, each
// operation by a plain blocking call: asynchronous to look at, a pool of threads beneath.
import { SystemCallError } from '../errors.ts';
import { EINPROGRESS, EINTR, SIGEV_NONE } from '../ffi/linux/constants.ts';
import type { Memory } from '../ffi/platform.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { AioRequests, descriptors } from './parts/aio-requests.ts';
import { Duration } from './parts/duration.ts';
import { probeByOperation } from './parts/open.ts';
import { kept, Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'aio-suspend',
  title: 'POSIX AIO, aio_suspend',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux'],
  cost: 'two switches of threads per operation, there and back, beside the blocking call that another thread makes; a wait looks at every operation in flight',
  needs: 'the GNU C library, and a thread of its pool for every descriptor in use',
  parameters: { descriptors },
  source: 'https://man7.org/linux/man-pages/man7/aio.7.html',
  emulated_by: 'the C library: a pool of threads that call pread(2) and pwrite(2)',
};

const POINTER_BYTES = 8;
const DRAIN_LIMIT_NS = 5e9;
const PROBE_LIMIT_NS = 1e9;

class AioSuspend extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #requests: AioRequests;
  /** Slots in flight, in the order of their start; as many as are pending. */
  readonly #running: Uint32Array;
  readonly #list: Memory;
  readonly #pointers: Uint32Array;
  readonly #list_address: readonly [number, null];
  readonly #timeout: Duration;
  readonly #ordered: boolean;
  #open = true;

  constructor(context: OpenContext) {
    super(context);
    const { platform, depth } = this;
    // It locks, sleeps and wakes by as many calls of futex(2) as happen to be needed.
    this.counters.uncounted = true;
    this.#requests = new AioRequests(context, this, { notify: SIGEV_NONE });
    this.#running = new Uint32Array(depth);
    this.#list = platform.memory(POINTER_BYTES * depth);
    this.#list_address = kept(this.#list.address);
    this.#pointers = new Uint32Array(this.#list.bytes.buffer);
    this.#timeout = new Duration(platform, 1);
    this.#ordered = context.target.kind !== 'block';
  }

  submit(slots: Uint32Array, count: number): number {
    const most = Math.min(count, this.room());
    for (let i = 0; i < most; i++) {
      if (!this.#requests.start(slots[i]!)) return i;
      this.#running[this.pending++] = slots[i]!;
    }
    return most;
  }

  wait(min: number, deadline_ns: number): number {
    this.#look();
    while (this.ready() < min && this.pending > 0) {
      if (this.#suspend(deadline_ns) >= 0) this.#look();
      else if (this.platform.errno() !== EINTR) break;
    }
    return this.take();
  }

  /** Finish what has ended. On a stream nothing overtakes, so that bytes keep their order. */
  #look(): void {
    const running = this.#running;
    const count = this.pending;
    let left = 0;
    let ended = 0;
    for (let i = 0; i < count; i++) {
      const slot = running[i]!;
      const waits = this.#ordered && left > 0;
      const errno = waits ? EINPROGRESS : this.#requests.errno(slot);
      if (errno === EINPROGRESS) running[left++] = slot;
      else this.finish(slot, this.#requests.result(slot, errno), ended++ > 0);
    }
    this.pending = left;
    this.counters.polls++;
  }

  /** Sleep until one of them has ended: 0, or −1 with EAGAIN where the time is over. */
  #suspend(deadline_ns: number): number {
    const { addresses_low, addresses_high } = this.#requests;
    const { linux } = this.platform;
    const count = this.pending;
    for (let i = 0; i < count; i++) {
      this.#pointers[2 * i] = addresses_low[this.#running[i]!]!;
      this.#pointers[2 * i + 1] = addresses_high[this.#running[i]!]!;
    }
    if (deadline_ns === Number.POSITIVE_INFINITY) {
      return linux!.aio_suspend(this.#list_address[0], count, 0);
    }
    this.#timeout.set(deadline_ns - this.platform.now());
    return linux!.aio_suspend(this.#list_address[0], count, this.#timeout.address[0]);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.pending > 0) this.#requests.cancel();
    this.wait(this.depth, this.platform.now() + DRAIN_LIMIT_NS);
    const drained = this.pending === 0;
    this.#requests.close(drained);
    this.#list.free();
    this.#timeout.free();
    // Memory that a thread of the pool may still write to stays mapped for good.
    if (drained) this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => {
      const engine = new AioSuspend(context);
      try {
        // On a stream a read of no bytes, which goes all the way and takes nothing.
        if (context.target.kind !== 'block') engine.operations.length_bytes[0] = 0;
        engine.submit(new Uint32Array([0]), 1);
        const finished = engine.wait(1, context.platform.now() + PROBE_LIMIT_NS);
        const result = finished > 0 ? engine.completions.result[0]! : 0;
        if (result >= 0) return;
        throw new SystemCallError('aio_read', context.platform.errnoName(-result));
      } finally {
        engine.close();
      }
    }),
  open: async context => new AioSuspend(context),
};
