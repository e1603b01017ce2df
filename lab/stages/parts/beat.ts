// A latency-bound task on Node's loop: another thread sends a beat every millisecond with the clock in it,
// and the loop answers when it can. A beat that waits tells of a loop that does something else.
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { BEAT_BYTES, type BeatJob, clockNs, ORDERS, SLOW, STOP } from './beat-clock.ts';
import { closeLine, type Line, openLine } from './line.ts';

const PERIOD_MS = 1;
/** A beat is late that five others follow before it is answered. */
const LATE_NS = 5 * PERIOD_MS * 1e6;
const WARMUP_BEATS = 100;
const START_LIMIT_MS = 10_000;

export interface Slow {
  readonly fd: number;
  /** It gets a byte with every beat of so many. */
  readonly every: number;
}

export class Beat {
  /** Of each beat, how long it waited for its answer. */
  readonly latency_ns: number[] = [];
  readonly #line: Line;
  readonly #socket: Socket;
  readonly #orders = new Int32Array(new SharedArrayBuffer(4 * ORDERS));
  readonly #ended: Promise<unknown>;
  #failure: Error | undefined;
  #pending = false;
  #meanwhile = 0;
  #received = 0;

  private constructor(line: Line, slow?: Slow) {
    this.#line = line;
    this.#socket = new Socket({ fd: line.reader, readable: true, writable: false });
    this.#socket.on('data', (bytes: Buffer) => this.#answer(bytes));
    const workerData: BeatJob = {
      orders: this.#orders,
      fd: line.writer,
      period_ms: PERIOD_MS,
      slow,
    };
    const worker = new Worker(new URL('beat-sender.ts', import.meta.url), { workerData });
    worker.once('error', (error: Error) => {
      this.#failure = error;
    });
    this.#ended = new Promise(resolve => worker.once('exit', resolve));
  }

  /** `folder` is for the moment's pipe. `slow` is a second line that the same thread serves. */
  static async start(platform: Platform, folder: string, slow?: Slow): Promise<Beat> {
    const beat = new Beat(openLine(platform, folder), slow);
    const limit_ms = Date.now() + START_LIMIT_MS;
    while (beat.#received < WARMUP_BEATS) {
      await sleep(PERIOD_MS);
      if (beat.#failure || Date.now() > limit_ms) {
        await beat.stop();
        throw beat.#failure ?? new TimedOut('the thread that sends beats did not start');
      }
    }
    Atomics.store(beat.#orders, SLOW, 1);
    beat.reset();
    return beat;
  }

  /** Forget what was counted so far. */
  reset(): void {
    this.latency_ns.length = 0;
    this.#meanwhile = 0;
  }

  /** One beat more, now. */
  send(): void {
    const bytes = Buffer.alloc(BEAT_BYTES);
    bytes.writeDoubleLE(clockNs());
    writeSync(this.#line.writer, bytes);
  }

  #answer(bytes: Buffer): void {
    const now_ns = clockNs();
    for (let at = 0; at + BEAT_BYTES <= bytes.length; at += BEAT_BYTES) {
      this.#received++;
      if (this.#pending) this.#meanwhile++;
      this.latency_ns.push(now_ns - bytes.readDoubleLE(at));
    }
  }

  /** What `operation` gives; beats answered from its beginning to its end are counted. */
  async during<T>(operation: () => Promise<T> | T): Promise<T> {
    this.#pending = true;
    try {
      return await operation();
    } finally {
      this.#pending = false;
    }
  }

  /** Totals over `operations` of them. */
  totals(operations: number): Record<string, number> {
    const late = this.latency_ns.filter(one => one > LATE_NS).length;
    return {
      beats: this.latency_ns.length,
      late,
      late_share: late / Math.max(1, this.latency_ns.length),
      meanwhile_per_op: this.#meanwhile / operations,
    };
  }

  async stop(): Promise<void> {
    Atomics.store(this.#orders, STOP, 1);
    Atomics.notify(this.#orders, STOP);
    await this.#ended;
    const closed = new Promise(resolve => this.#socket.once('close', resolve));
    this.#socket.destroy();
    await closed;
    closeLine(this.#line, true);
  }
}
