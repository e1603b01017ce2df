// A pool of threads that make the blocking calls: libuv's, through fs.read and fs.write with callbacks.
// The program never waits, because somebody else does. A read of a stream keeps its thread until
// something comes, so one is out at a time, as with Node's file streams; bytes stay in order by that.
import { constants, read, write } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unsupported } from '../errors.ts';
import { EINTR } from '../ffi/linux/constants.ts';
import {
  type Driver,
  type DriverFacts,
  type EventEngine,
  type OpenContext,
  READ,
} from './driver.ts';
import { negatedErrno } from './parts/event-slots.ts';
import { EventWait } from './parts/event-wait.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { WaitingThreads } from './parts/waiting-threads.ts';

/** Of libuv's own: how many where nobody says, and the most. */
const THREADS = 4;
const MOST_THREADS = 1024;

const facts: DriverFacts = {
  id: 'thread-pool',
  title: 'Thread pool, fs.read',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'event',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux', 'darwin'],
  cost: 'two handings-over around one blocking call: a queue wakes a thread, a descriptor wakes the loop; a thread for each operation that is under way',
  needs: 'nothing but Node; a size that fits, set before Node starts',
  parameters: {
    pool: {
      meaning: `${THREADS}: threads in the pool, which all of Node shares, from 1 to ${MOST_THREADS}`,
      default: String(THREADS),
      environment: 'UV_THREADPOOL_SIZE',
    },
    interface: {
      meaning: 'callback: fs.read and fs.write; promises: the same by fs.promises, of a file',
      default: 'callback',
      values: ['callback', 'promises'],
    },
  },
  source: 'https://docs.libuv.org/en/v1.x/threadpool.html',
  emulated_by: 'a pool of threads that make blocking calls (libuv)',
};

/** The pool is there when Node runs: a driver can only say that it is another one. */
function checkPool({ parameters: { pool } }: OpenContext): void {
  if (pool === undefined) return;
  const wanted = Number(pool);
  if (!(Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_THREADS)) {
    const fix = `give a whole number from 1 to ${MOST_THREADS}, such as pool=${THREADS}`;
    throw new Unsupported(`pool=${pool} is no number of threads`, fix);
  }
  const has = Number(process.env.UV_THREADPOOL_SIZE ?? THREADS);
  if (has === wanted) return;
  const fix = `set UV_THREADPOOL_SIZE=${wanted} before Node starts, or use iolab run --set pool=${wanted}`;
  throw new Unsupported(`the pool of this process has ${has} threads, not ${wanted}`, fix);
}

class ThreadPool extends EventWait implements EventEngine {
  readonly loop = 'event';
  readonly #context: OpenContext;
  readonly #waiting: WaitingThreads | undefined;
  /** On a stream: slots to be read and slots to be written, the first of each under way. */
  readonly #lanes: readonly [number[], number[]] = [[], []];
  readonly #back: ((error: Error | null, bytes: number) => void)[];
  readonly #fd: number;
  #handle: FileHandle | undefined;
  #closing: Promise<void> | undefined;

  constructor(context: OpenContext) {
    super(context);
    checkPool(context);
    this.#context = context;
    this.#fd = openTarget(context, false);
    if (this.#isStream()) this.#waiting = new WaitingThreads(this.platform, this.#fd);
    this.#back = Array.from(
      { length: context.depth },
      (_, slot) => (error: Error | null, bytes: number) =>
        this.#returned(slot, error ? negatedErrno(error) : bytes),
    );
  }

  static async open(context: OpenContext): Promise<ThreadPool> {
    const engine = new ThreadPool(context);
    if (context.parameters.interface !== 'promises') return engine;
    try {
      await engine.#takeHandle();
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  /** The file that was opened with all care, once more and as fs.promises wants it. */
  async #takeHandle(): Promise<void> {
    if (this.#isStream()) {
      throw new Unsupported('fs.promises is for files here', 'leave interface=promises out');
    }
    const { writable, direct } = this.#context.target;
    const flags =
      (writable ? constants.O_RDWR : constants.O_RDONLY) | (direct ? constants.O_DIRECT : 0);
    this.#handle = await open(`/dev/fd/${this.#fd}`, flags);
  }

  #isStream(): boolean {
    return this.#context.target.kind !== 'block';
  }

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    this.pending += accepted;
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      const lane = this.#laneOf(slot);
      if (!this.#isStream() || lane.push(slot) === 1) this.#start(slot);
    }
    return accepted;
  }

  #laneOf(slot: number): number[] {
    return this.#lanes[this.operations.opcode[slot] === READ ? 0 : 1];
  }

  /** The slot's memory is stable, so the thread may write to it while the collector runs. */
  #start(slot: number): void {
    const { opcode, offset_bytes, length_bytes } = this.operations;
    const bytes = this.slot(slot);
    const length = length_bytes[slot]!;
    const position = this.#isStream() ? null : offset_bytes[slot]!;
    const back = this.#back[slot]!;
    if (this.#handle) {
      const moved =
        opcode[slot] === READ
          ? this.#handle.read(bytes, 0, length, position).then(({ bytesRead }) => bytesRead)
          : this.#handle.write(bytes, 0, length, position).then(({ bytesWritten }) => bytesWritten);
      moved.then(
        count => back(null, count),
        error => back(error as Error, 0),
      );
    } else if (opcode[slot] === READ) read(this.#fd, bytes, 0, length, position, back);
    else write(this.#fd, bytes, 0, length, position, back);
  }

  #returned(slot: number, result: number): void {
    this.counters.polls++;
    // libuv hands an interrupted read to us, and begins anew only what it does not read.
    if (result === -EINTR && !this.#closing) {
      this.#start(slot);
      return;
    }
    this.pending--;
    this.finish(slot, result);
    if (this.#isStream()) {
      const lane = this.#laneOf(slot);
      lane.shift();
      if (lane.length > 0) this.#start(lane[0]!);
    }
    this.notify();
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose();
    return this.#closing;
  }

  async #drainAndClose(): Promise<void> {
    this.#waiting?.turnAway();
    while (this.pending > 0) {
      this.#waiting?.interrupt();
      await sleep(1);
    }
    await this.#handle?.close();
    if (this.#waiting) this.#waiting.close();
    else this.platform.posix.close(this.#fd);
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, async () => (await ThreadPool.open(context)).close()),
  open: context => ThreadPool.open(context),
};
