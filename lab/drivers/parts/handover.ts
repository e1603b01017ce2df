// Two rings in shared memory between the program and a thread that blocks for it, after io_uring's: what
// is asked for, and what is done. Each side writes one ring, tells how far by a counter, and sleeps until
// the other's counter moves (Atomics.wait, beneath it futex(2)).
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Memory } from '../../ffi/platform.ts';
import { READ } from '../driver.ts';
import type { BlockingWork } from './blocking-worker.ts';

const STOP = -1;

/** Memory that both threads see. No foreign call is given its address, so it has none. */
export function sharedMemory(length: number): Memory {
  const bytes = new Uint8Array(new SharedArrayBuffer(length));
  return { address: Number.NaN, bytes, length, free() {} };
}

const word = () => new Int32Array(new SharedArrayBuffer(4));

function ring(entries: number, words: number): Int32Array[] {
  const bytes = 4 * words;
  const memory = new SharedArrayBuffer(entries * bytes);
  return Array.from({ length: entries }, (_, i) => new Int32Array(memory, i * bytes, words));
}

export class Handover {
  readonly #asked = word();
  readonly #done = word();
  readonly #stopped = word();
  readonly #calls = word();
  readonly #requests: readonly Int32Array[];
  readonly #results: readonly Int32Array[];
  #seen = 0;

  constructor(depth: number) {
    // A power of two, so that counters may wrap; room for the last request beside all others.
    const entries = 2 ** Math.ceil(Math.log2(depth + 1));
    this.#requests = ring(entries, 3);
    this.#results = ring(entries, 2);
  }

  /** What the other side is started with. */
  workOn(fd: number, slots: readonly Uint8Array[]): BlockingWork {
    return {
      fd,
      READ,
      STOP,
      slots,
      asked: this.#asked,
      done: this.#done,
      stopped: this.#stopped,
      calls: this.#calls,
      requests: this.#requests,
      results: this.#results,
    };
  }

  /** System calls of both sides; what the engine's own locks may add nobody here can count. */
  calls(): number {
    return Atomics.load(this.#calls, 0);
  }

  ask(slot: number, opcode: number, length: number): void {
    const request = this.#requests[this.#asked[0]! & (this.#requests.length - 1)]!;
    request[0] = slot;
    request[1] = opcode;
    request[2] = length;
    Atomics.add(this.#asked, 0, 1);
    if (Atomics.notify(this.#asked, 0) > 0) Atomics.add(this.#calls, 0, 1);
  }

  /** Something done and not taken yet: slot and result; undefined where there is nothing. */
  next(): Int32Array | undefined {
    if (Atomics.load(this.#done, 0) === this.#seen) return undefined;
    const result = this.#results[this.#seen & (this.#results.length - 1)];
    this.#seen = (this.#seen + 1) | 0;
    return result;
  }

  /** Sleep until there is a next one, or so many milliseconds. */
  sleep(limit_ms: number): void {
    const how = Atomics.wait(this.#done, 0, this.#seen, limit_ms);
    if (how !== 'not-equal') Atomics.add(this.#calls, 0, 1);
  }

  /** The last request: behind it nothing will come. */
  end(): void {
    this.ask(STOP, 0, 0);
  }

  /** Sleep a millisecond at most; true once the other side has come to the last request. */
  hasEnded(): boolean {
    return Atomics.wait(this.#stopped, 0, 0, 1) !== 'timed-out';
  }
}

let source: URL | undefined;

/**
 * Start the other side. Its types are taken out here and once: left to the thread, that would take
 * longer than all the rest of its start, for each thread anew.
 */
export function startWorker(workerData: BlockingWork): Worker {
  const file = new URL('./blocking-worker.ts', import.meta.url);
  const plain = () => encodeURIComponent(stripTypeScriptTypes(readFileSync(file, 'utf8')));
  source ??= new URL(`data:text/javascript,${plain()}`);
  return new Worker(source, { workerData, execArgv: [], name: 'iolab-device' });
}
