// A small executor, as Rust's are built: a future is polled and says "pending" or its value; before it
// says "pending" it keeps a waker, and whoever has news calls that. The executor holds the queue of tasks
// that were woken, and when the queue is empty it sleeps in a driver of the lab.
// Source: https://doc.rust-lang.org/std/task/index.html
import { type BlockingEngine, READ } from '../drivers/driver.ts';
import { TimedOut } from '../errors.ts';

/** Puts the task that it belongs to into the queue; harmless where it is there already, or over. */
export type Wake = () => void;

export const PENDING = Symbol('pending');

/** Polled again only after it was woken; not at all once it has given its value. */
export interface Future<T> {
  poll(wake: Wake): T | typeof PENDING;
}

interface Task {
  readonly future: Future<unknown>;
  queued: boolean;
  done: boolean;
}

export class Executor {
  /** Futures polled: each is polled once at first, and once for every time it was woken. */
  polls = 0;
  readonly #engine: BlockingEngine;
  readonly #ready: Task[] = [];
  readonly #free: number[];
  /** Whom to wake when a slot's read has finished, and what the read returned. */
  readonly #wakers = new Map<number, Wake>();
  readonly #results = new Map<number, number>();
  /** Reads that wait for a slot, each once, in the order in which they came; whom to wake for them. */
  readonly #forSlot = new Map<Future<Uint8Array>, Wake>();
  #tasks = 0;

  /** `slots` is the engine's depth: more reads than that wait for a slot. */
  constructor(engine: BlockingEngine, slots: number) {
    this.#engine = engine;
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
  }

  /** Lazy: nothing of the future runs before `run`. */
  spawn(future: Future<unknown>): void {
    const task: Task = { future, queued: false, done: false };
    this.#tasks++;
    this.#wake(task);
  }

  #wake(task: Task): void {
    if (task.queued || task.done) return;
    task.queued = true;
    this.#ready.push(task);
  }

  /** Until every task has its value. Throws TimedOut where nothing happens until the deadline. */
  run(deadline_ns = Number.POSITIVE_INFINITY): void {
    while (this.#tasks > 0) {
      for (let task = this.#ready.shift(); task !== undefined; task = this.#ready.shift()) {
        this.#poll(task);
      }
      if (this.#tasks > 0) this.#sleep(deadline_ns);
    }
  }

  #poll(task: Task): void {
    task.queued = false;
    // Woken once more before it gave its value.
    if (task.done) return;
    this.polls++;
    if (task.future.poll(() => this.#wake(task)) === PENDING) return;
    task.done = true;
    this.#tasks--;
  }

  /** Nobody is ready: sleep until a read has finished, and wake whoever waits for it. */
  #sleep(deadline_ns: number): void {
    if (this.#wakers.size === 0) {
      throw new Error('tasks are pending and none waits for a read: a waker was lost');
    }
    const { completions } = this.#engine;
    const finished = this.#engine.wait(1, deadline_ns);
    if (finished === 0) throw new TimedOut(`${this.#tasks} tasks wait for bytes that do not come`);
    for (let i = 0; i < finished; i++) {
      const slot = completions.slot[i]!;
      this.#results.set(slot, completions.result[i]!);
      this.#wakers.get(slot)?.();
      this.#wakers.delete(slot);
    }
  }

  /** A future of up to `length` bytes; empty at the end of the stream. Throws where the read fails. */
  read(length: number): Future<Uint8Array> {
    let slot: number | undefined;
    const read: Future<Uint8Array> = {
      poll: wake => {
        if (slot === undefined) {
          slot = this.#free.pop();
          if (slot === undefined) {
            this.#forSlot.set(read, wake);
            return PENDING;
          }
          // It may come by one that was freed for another: then its own turn is over.
          this.#forSlot.delete(read);
          this.#submit(slot, length);
        }
        const result = this.#results.get(slot);
        if (result === undefined) {
          this.#wakers.set(slot, wake);
          return PENDING;
        }
        this.#results.delete(slot);
        const bytes = this.#engine.slot(slot).slice(0, Math.max(0, result));
        this.#giveBack(slot);
        if (result < 0) throw new Error(`a read failed: errno ${-result}`);
        return bytes;
      },
    };
    return read;
  }

  /** The slot is free: wake whoever has waited for one longest. */
  #giveBack(slot: number): void {
    this.#free.push(slot);
    const [next] = this.#forSlot;
    if (next === undefined) return;
    const [read, wake] = next;
    this.#forSlot.delete(read);
    wake();
  }

  #submit(slot: number, length: number): void {
    this.#engine.operations.opcode[slot] = READ;
    this.#engine.operations.length_bytes[slot] = length;
    this.#engine.submit(Uint32Array.of(slot), 1);
  }
}

/** Both values, in the order of the futures; a task that waits for either is polled for both. */
export function join<A, B>(a: Future<A>, b: Future<B>): Future<[A, B]> {
  let [first, second]: [A | typeof PENDING, B | typeof PENDING] = [PENDING, PENDING];
  return {
    poll(wake) {
      if (first === PENDING) first = a.poll(wake);
      if (second === PENDING) second = b.poll(wake);
      return first === PENDING || second === PENDING ? PENDING : [first, second];
    },
  };
}
