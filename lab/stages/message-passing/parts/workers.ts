// Worker threads that carry flows: started one after another, heard of when they wait, when they have something
// to tell and when they crash, and ended together.
import { setTimeout as pause } from 'node:timers/promises';
import { type MessagePort, Worker } from 'node:worker_threads';
import { LIMIT_MS, PATIENCE_MS, within } from './measure.ts';

/** What a flow tells: that it waits, that all came, or that it gave up. */
export type Told = 'waits' | 'complete' | 'gave up';

/** Flows that sleep before a gate go on when it is opened. */
export const closedGate = () => new Int32Array(new SharedArrayBuffer(4));

export function openGate(gate: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
}

/** One worker, and what it says. */
export interface Carrier {
  /** The next thing that it tells. Rejects with its error where it crashed. */
  next(): Promise<Told>;
  /** Resolves with its error when it crashes; undefined where it does not in the time of a wait. */
  crashed(): Promise<Error | undefined>;
}

export class Workers {
  readonly #program: URL;
  readonly #workers: Worker[] = [];
  #failure: Error | undefined;
  #closed = false;
  #failed = Promise.withResolvers<never>();

  constructor(program: URL) {
    this.#program = program;
    this.#failed.promise.catch(() => {});
  }

  /** `expendable`: its crash is what is wanted, and no failure of the form. */
  async start(data: object, transfer: MessagePort[], expendable = false): Promise<Carrier> {
    const worker = new Worker(this.#program, { workerData: data, transferList: transfer });
    this.#workers.push(worker);
    const crash = Promise.withResolvers<Error>();
    const told: Told[] = [];
    let waiting: ((one: Told) => void) | undefined;
    worker.on('message', (one: Told) => {
      if (waiting) waiting(one);
      else told.push(one);
      waiting = undefined;
    });
    worker.on('error', (error: Error) => {
      crash.resolve(error);
      if (!expendable) this.#fail(error);
    });
    worker.on('exit', code => {
      // 0: its task was done. It may also be ended from outside, and then says nothing.
      if (code !== 0 && !expendable) this.#fail(new Error(`a flow was ended (exit code ${code})`));
    });
    const next = () => {
      const one = told.shift();
      if (one !== undefined) return Promise.resolve(one);
      const { promise, resolve } = Promise.withResolvers<Told>();
      waiting = resolve;
      return this.awaited(promise, 'a word of a worker');
    };
    const crashed = () =>
      Promise.race([crash.promise, pause(PATIENCE_MS * 20, undefined, { ref: false })]);
    const first = await next();
    if (first !== 'waits') throw new Error(`a worker began with “${first}”`);
    return { next, crashed };
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#failure ??= error;
    this.#failed.reject(error);
  }

  /** The promise within its limit, or the error of a worker that crashed. */
  awaited<T>(promise: Promise<T>, what: string): Promise<T> {
    return within(Promise.race([promise, this.#failed.promise]), what);
  }

  /** What a thread that has slept until now learns of them. Throws the error of one that crashed. */
  async failure(): Promise<never> {
    await Promise.race([this.#failed.promise, pause(LIMIT_MS / 20, undefined, { ref: false })]);
    throw this.#failure ?? new Error('a flow was silent and has not crashed');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.splice(0).map(worker => worker.terminate()));
  }
}
