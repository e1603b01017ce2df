// Threads that all wait for one device, and a thread that gives them one event at a time: how many of them
// the kernel wakes for it, how many of those come back from their wait, and how many in vain.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../../errors.ts';
import { EFD_NONBLOCK, EFD_SEMAPHORE, EPOLLIN } from '../../../ffi/linux/constants.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { Descriptors } from '../../parts/descriptors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import {
  ALL_TAKEN,
  ASLEEP,
  commonWords,
  RETURNED,
  STOP,
  sharedFor,
  TAKEN,
  THREAD,
  takenAt,
  type Waiting,
  wordsOf,
} from './shared.ts';

/** For each waiter the epoll that it waits in, told to watch `device`. */
export type Watch = (descriptors: Descriptors, device: number, waiters: number) => number[];

const START_LIMIT_NS = 30e9;
const EVENT_LIMIT_MS = 5000;
const LOOK_NS = 100_000;
const WARMUP_EVENTS = 20;

export async function stageHerd(context: StageContext, watch: Watch): Promise<StageResult> {
  const { platform, parameters } = context;
  const waiters = whole(parameters, 'waiters');
  const events = whole(parameters, 'events');
  const descriptors = new Descriptors(platform);
  const herd = new Herd(platform, descriptors, waiters);
  try {
    await herd.start(watch(descriptors, herd.device, waiters));
    for (let i = 0; i < WARMUP_EVENTS; i++) herd.give();
    const before = herd.counts();
    const latency_ns = Array.from({ length: events }, () => herd.give());
    const after = herd.counts();
    const taken = after.map((one, i) => one.taken - before[i]!.taken);
    const sum = (key: 'woken' | 'returned') =>
      after.reduce((total, one, i) => total + one[key] - before[i]![key], 0);
    return {
      n: events,
      series: { latency_ns },
      totals: {
        woken_per_op: sum('woken') / events,
        returned_per_op: sum('returned') / events,
        in_vain: sum('returned') - events,
        busiest_share: Math.max(...taken) / events,
      },
    };
  } finally {
    await herd.stop();
    descriptors.close();
  }
}

class Herd {
  readonly device: number;
  readonly #platform: Platform;
  readonly #descriptors: Descriptors;
  readonly #shared: SharedArrayBuffer;
  readonly #common: Int32Array;
  readonly #taken_ns: Float64Array;
  readonly #stop: number;
  readonly #words: Int32Array[];
  readonly #ended: Promise<unknown>[] = [];

  constructor(platform: Platform, descriptors: Descriptors, waiters: number) {
    this.#platform = platform;
    this.#descriptors = descriptors;
    this.device = descriptors.eventfd(EFD_SEMAPHORE | EFD_NONBLOCK);
    this.#stop = descriptors.eventfd(EFD_NONBLOCK);
    this.#shared = sharedFor(waiters);
    this.#common = commonWords(this.#shared);
    this.#taken_ns = takenAt(this.#shared);
    this.#words = Array.from({ length: waiters }, (_, i) => wordsOf(this.#shared, i));
  }

  async start(epolls: readonly number[]): Promise<void> {
    for (const epoll of new Set(epolls)) this.#descriptors.watch(epoll, this.#stop, EPOLLIN);
    const failed = epolls.map((epoll, index) => {
      const workerData: Waiting = { shared: this.#shared, index, epoll, device: this.device };
      const worker = new Worker(new URL('waiter.ts', import.meta.url), { workerData });
      this.#ended.push(new Promise(resolve => worker.once('exit', resolve)));
      return new Promise<never>((_, reject) => worker.once('error', reject));
    });
    await Promise.race([this.#begun(), ...failed]);
  }

  async #begun(): Promise<void> {
    const limit_ns = this.#platform.now() + START_LIMIT_NS;
    while (this.#words.some(own => Atomics.load(own, ASLEEP) === 0)) {
      if (this.#platform.now() > limit_ns) throw new TimedOut('the waiting threads did not start');
      await new Promise(resolve => setTimeout(resolve, 1));
    }
  }

  /** One event, to all of them while they sleep. Returns how long it took until it was taken. */
  give(): number {
    this.#untilAsleep();
    const given = Atomics.load(this.#common, ALL_TAKEN);
    const start_ns = this.#platform.now();
    this.#descriptors.raise(this.device);
    if (Atomics.wait(this.#common, ALL_TAKEN, given, EVENT_LIMIT_MS) === 'timed-out') {
      throw new TimedOut('nobody took the event');
    }
    return this.#taken_ns[0]! - start_ns;
  }

  #untilAsleep(): void {
    const limit_ns = this.#platform.now() + EVENT_LIMIT_MS * 1e6;
    while (!this.#words.every(isAsleep)) {
      if (this.#platform.now() > limit_ns) throw new TimedOut('a waiter did not go to sleep');
      this.#platform.sleepUntil(this.#platform.now() + LOOK_NS);
    }
  }

  /** A thread that is woken goes to sleep again later: as often as the kernel has counted. */
  counts() {
    this.#untilAsleep();
    return this.#words.map(own => ({
      woken: sleepsOf(own[THREAD]!),
      returned: own[RETURNED]!,
      taken: own[TAKEN]!,
    }));
  }

  async stop(): Promise<void> {
    Atomics.store(this.#common, STOP, 1);
    this.#descriptors.raise(this.#stop);
    await Promise.all(this.#ended);
  }
}

/** It says so, and the kernel does too (proc_pid_stat(5)). */
const isAsleep = (own: Int32Array): boolean =>
  Atomics.load(own, ASLEEP) === 1 && /\) S /.test(ofThread(own[THREAD]!, 'stat'));

const sleepsOf = (thread: number): number =>
  Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(ofThread(thread, 'status'))![1]);

const ofThread = (thread: number, file: string): string =>
  readFileSync(`/proc/self/task/${thread}/${file}`, 'utf8');
