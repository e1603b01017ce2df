// Threads that wait at one port, or each at its own, and packets that are posted to them: who serves how
// many, and how many run at once. Every thread is ended by a packet of its own, because closing a port wakes
// nobody under Wine, and a thread that sleeps in a foreign call would keep the process from ending.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../../errors.ts';
import { Port, windowsOf } from '../../../examples/ports/port.ts';
import type { Platform } from '../../../ffi/platform.ts';
import {
  ASLEEP,
  BACKLOG,
  commonWords,
  DONE,
  END,
  type Job,
  MOST,
  MOVES,
  NOTHING,
  OVER,
  PASSED_ON,
  SERVED,
  type Serving,
  STOP,
  sharedFor,
  WORK,
  wordsOf,
} from './shared.ts';

const START_LIMIT_MS = 60_000;
const WORK_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;
/** From a thread's word that it goes to sleep until it sleeps in the port. */
const SETTLE_MS = 30;
const BOUND_MS = 5000;

export interface PoolOptions {
  readonly workers: number;
  readonly limit: number;
  readonly job: Job;
  readonly work_ms: number;
  readonly pinned?: boolean;
  /** A port for each thread. */
  readonly own_ports?: boolean;
  readonly rebalance?: boolean;
  readonly bound_ms?: number;
}

export class Pool {
  readonly #platform: Platform;
  readonly #options: PoolOptions;
  readonly #ports: Port[];
  readonly #shared: SharedArrayBuffer;
  readonly #common: Int32Array;
  readonly #words: Int32Array[];
  readonly #ended: Promise<unknown>[] = [];
  #posted = 0;

  constructor(platform: Platform, options: PoolOptions) {
    windowsOf(platform);
    this.#platform = platform;
    this.#options = options;
    const { workers, limit, own_ports } = options;
    this.#ports = Array.from({ length: own_ports ? workers : 1 }, () => new Port(platform, limit));
    this.#shared = sharedFor(workers);
    this.#common = commonWords(this.#shared);
    this.#words = Array.from({ length: workers }, (_, i) => wordsOf(this.#shared, i));
  }

  /** Resolves when every thread sleeps at its port. */
  async start(): Promise<void> {
    const { workers, limit, job, work_ms, pinned = false, rebalance = false } = this.#options;
    const { bound_ms = BOUND_MS } = this.#options;
    const ports = this.#ports.map(({ handle }) => handle);
    const how = { pinned, rebalance, bound_ms };
    const common = { shared: this.#shared, ports, limit, job, work_ms, ...how };
    const failed = Array.from({ length: workers }, (_, index) => {
      const workerData: Serving = { ...common, index, processors: availableParallelism() };
      const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData });
      this.#ended.push(new Promise(resolve => worker.once('exit', resolve)));
      return new Promise<never>((_, reject) => worker.once('error', reject));
    });
    await Promise.race([this.#untilAsleep(), ...failed]);
  }

  /** The turns in which the threads went to sleep: the last one has the largest. */
  turns(): number[] {
    return this.#words.map(own => Atomics.load(own, ASLEEP));
  }

  async #untilAsleep(): Promise<void> {
    const limit_ns = this.#platform.now() + START_LIMIT_MS * 1e6;
    while (this.turns().includes(0)) {
      if (this.#platform.now() > limit_ns) throw new TimedOut('the threads did not come to sleep');
      await pause(1);
    }
    await pause(SETTLE_MS);
  }

  /** Packets for the port of this number. */
  post(packets: number, at = 0): void {
    const port = at % this.#ports.length;
    // Before they are there: whoever takes one must find it counted.
    if (this.#ports.length > 1) Atomics.add(this.#words[port]!, BACKLOG, packets);
    for (let i = 0; i < packets; i++) this.#ports[port]!.post(0, WORK, 0);
    this.#posted += packets;
  }

  /** All that were posted have been served, and everybody sleeps again. */
  async drain(): Promise<void> {
    const limit_ns = this.#platform.now() + WORK_LIMIT_MS * 1e6;
    for (let done = 0; done < this.#posted; ) {
      if (this.#platform.now() > limit_ns) {
        throw new TimedOut(`${done} of ${this.#posted} packets were served`);
      }
      Atomics.wait(this.#common, DONE, done, 1000);
      done = Atomics.load(this.#common, DONE);
    }
    await this.#untilAsleep();
  }

  served(): number[] {
    return this.#words.map(own => own[SERVED]!);
  }

  totals(): Record<string, number> {
    const served = this.served();
    const sum = (word: number) => this.#words.reduce((total, own) => total + own[word]!, 0);
    return {
      threads: served.length,
      processors: availableParallelism(),
      served: sum(SERVED),
      serving_threads: served.filter(count => count > 0).length,
      most_at_once: this.#common[MOST]!,
      over_limit: this.#common[OVER]!,
      busiest_share: Math.max(...served) / Math.max(1, sum(SERVED)),
      moves: sum(MOVES),
      passed_on: sum(PASSED_ON),
    };
  }

  /**
   * Close the ports while all threads sleep at them, and give them `patience_ms`. Returns the errors with
   * which their waits ended, 0 of those that sleep on; those end when their own bound does.
   */
  async abandon(patience_ms: number): Promise<number[]> {
    Atomics.store(this.#common, STOP, 1);
    for (const port of this.#ports.splice(0)) port.close();
    await pause(patience_ms);
    return this.#words.map(own => Atomics.load(own, NOTHING));
  }

  /** One packet for each thread, and a bounded wait for their end. Idempotent. */
  async close(): Promise<void> {
    Atomics.store(this.#common, STOP, 1);
    for (const [index] of this.#ended.entries()) {
      this.#ports[index % this.#ports.length]?.post(0, END, 0);
    }
    const ended = Promise.all(this.#ended.splice(0));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TimedOut('a thread did not end')), END_LIMIT_MS);
    });
    await Promise.race([ended, late]).finally(() => clearTimeout(timer));
    for (const port of this.#ports) port.close();
  }
}

export const pause = (length_ms: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, length_ms));
