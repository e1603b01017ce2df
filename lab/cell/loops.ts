// The two runner loops: one for drivers that block their thread, one for drivers that live on
// Node's event loop. There is no third. The blocking loop allocates nothing.

import type { BlockingEngine, EventEngine } from '../drivers/driver.ts';
import { TimedOut } from '../errors.ts';
import type { Workload } from './workload.ts';

type Stamp = (into: Float64Array, at: number) => void;

/** A wait without end: the orchestrator bounds the whole cell and can end it at any moment. */
const NO_DEADLINE = Number.POSITIVE_INFINITY;

class Batch {
  readonly slots: Uint32Array;
  count = 0;
  readonly #workload: Workload;
  readonly #clock_ns = new Float64Array(2);

  constructor(workload: Workload) {
    this.#workload = workload;
    this.slots = new Uint32Array(workload.depth);
    for (let slot = 0; slot < workload.depth; slot++) this.offer(slot);
  }

  /** Ask the workload to fill the slot, and keep it for the next submission if it did. */
  offer(slot: number): void {
    if (this.#workload.prepare(slot)) this.slots[this.count++] = slot;
  }

  /** Start what is prepared; what a full queue did not accept stays for the next time. */
  submit(engine: BlockingEngine | EventEngine, stamp: Stamp): void {
    if (this.count === 0) return;
    stamp(this.#clock_ns, 0);
    const accepted = engine.submit(this.slots, this.count);
    stamp(this.#clock_ns, 1);
    for (let i = 0; i < accepted; i++) {
      this.#workload.submitted(this.slots[i]!, this.#clock_ns);
    }
    this.count -= accepted;
    if (this.count > 0) this.slots.copyWithin(0, accepted, accepted + this.count);
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

export function runBlocking(engine: BlockingEngine, workload: Workload, stamp: Stamp): void {
  const batch = new Batch(workload);
  batch.submit(engine, stamp);
  while (!workload.done) {
    const finished = engine.wait(1, NO_DEADLINE);
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
    if (finished === 0) throw new TimedOut('the driver has nothing in flight and nothing finished');
    batch.collect(engine, finished);
    batch.submit(engine, stamp);
  }
}
