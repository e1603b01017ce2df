// Very many handles, each with a read in flight, and a few threads at the one port where all of them end.
// Every handle gets one message, in an order drawn from the seed, and what came is held against what was
// sent: by which key, at which address, how many bytes, and which.
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../../errors.ts';
import { Operations, Port, windowsOf } from '../../../examples/ports/port.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { createRandom } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import {
  ASLEEP,
  END,
  SERVED,
  type Serving,
  STOP,
  sharedFor,
  type Taken,
  takenIn,
} from './shared.ts';

export const MESSAGE_BYTES = 8;
const START_LIMIT_MS = 60_000;
const LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 5000;

/** How a kind of handle is opened, read, spoken to and closed. */
export interface Kind {
  /** The handle of this number; its operations are to end in the port. */
  open(index: number): number;
  /** Start a read of `MESSAGE_BYTES` into `address`. Returns 0 or the error. */
  read(handle: number, address: number, overlapped: number): number;
  /** Let the handle of this number get what lies at `address`. */
  send(index: number, address: number): void;
  /** Close them all. Reads that are still in flight end by it. */
  close(): void;
}

const ERROR_IO_PENDING = 997;

export async function serveMany(
  context: StageContext,
  kind: (platform: Platform) => Kind,
): Promise<StageResult> {
  const { platform, parameters, seed } = context;
  const handles = whole(parameters, 'handles');
  const many = new Many(platform, handles, kind(platform));
  try {
    await many.start(whole(parameters, 'threads'));
    const before = many.threads();
    many.readAll();
    const added = many.threads() - before;
    const in_flight = many.in_flight;
    await many.sendAll(seed);
    return { n: handles, totals: { ...many.totals(), in_flight, added_threads: added } };
  } finally {
    await many.close();
  }
}

class Many {
  readonly #platform: Platform;
  readonly #kind: Kind;
  readonly #handles: number;
  readonly #port: Port;
  readonly #operations: Operations;
  readonly #buffers: Memory;
  readonly #source: Memory;
  readonly #shared: SharedArrayBuffer;
  readonly #taken: Taken;
  readonly #ended: Promise<unknown>[] = [];
  #threads = 0;

  constructor(platform: Platform, handles: number, kind: Kind) {
    this.#platform = platform;
    this.#kind = kind;
    this.#handles = handles;
    this.#port = new Port(platform);
    this.#operations = new Operations(platform, handles);
    this.#buffers = platform.memory(handles * MESSAGE_BYTES);
    this.#source = platform.memory(MESSAGE_BYTES);
    this.#shared = sharedFor(handles);
    this.#taken = takenIn(this.#shared, handles);
  }

  get in_flight(): number {
    return this.#operations.ledger.in_flight;
  }

  threads(): number {
    return windowsOf(this.#platform).inspection().threads().length;
  }

  async start(threads: number): Promise<void> {
    this.#threads = threads;
    const common = { shared: this.#shared, handles: this.#handles, port: this.#port.handle };
    const failed = Array.from({ length: threads }, (_, index) => {
      const workerData: Serving = { ...common, index };
      const worker = new Worker(new URL('server.ts', import.meta.url), { workerData });
      this.#ended.push(new Promise(resolve => worker.once('exit', resolve)));
      return new Promise<never>((_, reject) => worker.once('error', reject));
    });
    const begun = this.#until(
      () => Atomics.load(this.#taken.common, ASLEEP) === threads,
      START_LIMIT_MS,
    );
    await Promise.race([begun, ...failed]);
  }

  readAll(): void {
    for (let i = 0; i < this.#handles; i++) {
      const handle = this.#kind.open(i);
      this.#port.associate(handle, i + 1);
      const index = this.#operations.begin(i + 1);
      if (index !== i) throw new Error('the structures are not taken in their order');
      const address = this.#buffers.address + i * MESSAGE_BYTES;
      const error = this.#kind.read(handle, address, this.#operations.address(index));
      if (error === ERROR_IO_PENDING) continue;
      throw new Error(`read ${i} did not stay pending: ${this.#platform.errnoName(error)}`);
    }
  }

  async sendAll(seed: number): Promise<void> {
    const order = shuffled(this.#handles, seed);
    const words = this.#words(this.#source);
    for (const index of order) {
      words[0] = index;
      words[1] = ~index;
      this.#kind.send(index, this.#source.address);
    }
    const served = () => Atomics.load(this.#taken.common, SERVED) >= this.#handles;
    await this.#until(served, LIMIT_MS);
  }

  totals(): Record<string, number> {
    const { times, bytes, low, high, thread } = this.#taken;
    const words = this.#words(this.#buffers);
    const by_thread = new Array(this.#threads).fill(0);
    let wrong = 0;
    for (let i = 0; i < this.#handles; i++) {
      const pointer = (low[i]! >>> 0) + high[i]! * 2 ** 32;
      // The book is the main thread's: it is told of every end here.
      const index = this.#operations.end(pointer, i + 1);
      const right =
        index === i &&
        times[i] === 1 &&
        bytes[i] === MESSAGE_BYTES &&
        words[2 * i] === i &&
        words[2 * i + 1] === ~i;
      if (!right) wrong++;
      if (index >= 0) this.#operations.release(index);
      by_thread[thread[i]!]++;
    }
    const { late_bytes, strangers } = this.#operations.ledger.audit();
    return {
      handles: this.#handles,
      threads: this.#threads,
      serving_threads: by_thread.filter(count => count > 0).length,
      served: Atomics.load(this.#taken.common, SERVED),
      busiest_share: Math.max(...by_thread) / this.#handles,
      wrong,
      strangers,
      late_bytes,
    };
  }

  /** The threads end first; then the main thread collects what a failure has left in flight. */
  async close(): Promise<void> {
    Atomics.store(this.#taken.common, STOP, 1);
    for (let i = 0; i < this.#ended.length; i++) this.#port.post(0, END, 0);
    await Promise.all(this.#ended);
    this.#kind.close();
    while (this.in_flight > 0 && this.#port.take(DRAIN_LIMIT_MS)) {
      this.#operations.end(this.#port.pointer, this.#port.key);
    }
    this.#port.close();
    // What is still in flight keeps its memory: better that is lost than written to.
    if (this.in_flight > 0) return;
    this.#operations.free();
    this.#buffers.free();
    this.#source.free();
  }

  #words(memory: Memory): Int32Array {
    return new Int32Array(memory.bytes.buffer, memory.bytes.byteOffset, memory.length >> 2);
  }

  async #until(reached: () => boolean, limit_ms: number): Promise<void> {
    const limit_ns = this.#platform.now() + limit_ms * 1e6;
    while (!reached()) {
      if (this.#platform.now() > limit_ns) throw new TimedOut('the threads did not get so far');
      await new Promise(resolve => setTimeout(resolve, 2));
    }
  }
}

function shuffled(count: number, seed: number): number[] {
  const random = createRandom(seed);
  const all = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all;
}
