// The two runner loops: one for drivers that block their thread, one for drivers that live on
// Node's event loop. There is no third. The blocking loop allocates nothing.

import { setImmediate as immediate } from 'node:timers/promises';
import type { BlockingEngine, EventEngine } from '../drivers/driver.ts';
import { TimedOut } from '../errors.ts';
import type { Workload } from './workload.ts';

type Stamp = (into: Float64Array, at: number) => void;

/** A wait without end: the orchestrator bounds the whole cell and can end it at any moment. */
const NO_DEADLINE = Number.POSITIVE_INFINITY;
const SETTLING_TURNS = 3;

class Batch {
  readonly slots: Uint32Array;
  count = 0;
  readonly #workload: Workload;
  readonly #clock_ns = new Float64Array(2);
  readonly #one = new Uint32Array(1);

  constructor(workload: Workload) {
    this.#workload = workload;
    this.slots = new Uint32Array(workload.depth);
    for (let slot = 0; slot < workload.depth; slot++) this.offer(slot);
  }

  /** Ask the workload to fill the slot, and keep it for the next submission if it did. */
  offer(slot: number): void {
    if (this.#workload.prepare(slot)) this.slots[this.count++] = slot;
  }

  /**
   * Start what is prepared: one by one, so that each operation has its own stamps, or all at once with
   * one. What a full queue did not accept stays for the next time.
   */
  submit(engine: BlockingEngine | EventEngine, stamp: Stamp): void {
    if (this.count === 0) return;
    stamp(this.#clock_ns, 0);
    const started = this.#workload.at_once
      ? this.#submitAll(engine)
      : this.#submitEach(engine, stamp);
    this.count -= started;
    if (this.count > 0) this.slots.copyWithin(0, started, started + this.count);
  }

  #submitAll(engine: BlockingEngine | EventEngine): number {
    const started = engine.submit(this.slots, this.count);
    for (let i = 0; i < started; i++) this.#workload.submitted(this.slots[i]!, this.#clock_ns);
    return started;
  }

  #submitEach(engine: BlockingEngine | EventEngine, stamp: Stamp): number {
    let started = 0;
    for (; started < this.count; started++) {
      this.#one[0] = this.slots[started]!;
      if (engine.submit(this.#one, 1) === 0) break;
      stamp(this.#clock_ns, 1);
      this.#workload.submitted(this.#one[0]!, this.#clock_ns);
      // The end of one submission is the beginning of the next.
      this.#clock_ns[0] = this.#clock_ns[1]!;
    }
    return started;
  }

  /** Take `finished` completions and refill their slots. */
  collect(engine: BlockingEngine | EventEngine, finished: number): void {
    const { slot } = engine.completions;
    for (let i = 0; i < finished; i++) {
      this.#workload.completed(slot[i]!, i);
      this.offer(slot[i]!);
    }
  }
}

/**
 * In stretches of a few turns: one endless loop would be compiled while it runs, late and as a whole,
 * and thrown away when it leaves; a function that is called again and again is compiled in time.
 */
export function runBlocking(engine: BlockingEngine, workload: Workload, stamp: Stamp): void {
  const batch = new Batch(workload);
  batch.submit(engine, stamp);
  while (!workload.done) someTurns(engine, workload, batch, stamp);
}

const TURNS = 50;

function someTurns(engine: BlockingEngine, workload: Workload, batch: Batch, stamp: Stamp): void {
  for (let turn = 0; turn < TURNS && !workload.done; turn++) {
    const finished = engine.wait(workload.together ?? 1, NO_DEADLINE);
    if (finished === 0) throw new TimedOut('the driver has nothing in flight and nothing finished');
    batch.collect(engine, finished);
    batch.submit(engine, stamp);
  }
}

export async function runEvent(
  engine: EventEngine,
  workload: Workload,
  stamp: Stamp,
): Promise<void> {
  const batch = new Batch(workload);
  batch.submit(engine, stamp);
  while (!workload.done) {
    const finished = await engine.wait(1, NO_DEADLINE);
    // A timed workload sleeps next. Streams arm their next read in later turns of the loop, and
    // those must not have to wait until the sleep is over.
    if (workload.timed) for (let turn = 0; turn < SETTLING_TURNS; turn++) await immediate();
    if (finished === 0) throw new TimedOut('the driver has nothing in flight and nothing finished');
    batch.collect(engine, finished);
    batch.submit(engine, stamp);
  }
}
