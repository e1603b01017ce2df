// Work that needs nothing from the device, in turns of equal length, counted and checked: after so many
// turns its number is a certain one, which can also be had by squaring (Knuth, The Art of Computer
// Programming, volume 2, section 3.2.1). So no turn is counted that was not done.
import type { Platform } from '../../../ffi/platform.ts';
import { median } from '../../../measure/statistics.ts';

/** Steps of one turn: short beside a fast disk's answer, long beside a look whether that has come. */
const STEPS = 128;
/** x ← a·x + c modulo 2³², with the constants of Numerical Recipes' quick generator. */
const A = 1664525;
const C = 1013904223;
const START = 1;

export class Work {
  turns = 0;
  readonly #number = Int32Array.of(START);

  turn(): void {
    let x = this.#number[0]!;
    for (let i = 0; i < STEPS; i++) x = (Math.imul(x, A) + C) | 0;
    this.#number[0] = x;
    this.turns++;
  }

  /** Throws Error where the number is not what the counted turns make. */
  verify(): void {
    const wanted = numberAfter(this.turns * STEPS);
    if (this.#number[0] === wanted) return;
    throw new Error(`${this.turns} turns left ${this.#number[0]} instead of ${wanted}`);
  }
}

/** The number after `steps` steps, in as many squarings as `steps` has binary digits. */
export function numberAfter(steps: number): number {
  let [a, c, x] = [A, C, START];
  for (let left = steps; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) x = (Math.imul(x, a) + c) | 0;
    c = (Math.imul(c, a) + c) | 0;
    a = Math.imul(a, a);
  }
  return x;
}

const BATCHES = 15;
const TURNS_PER_BATCH = 2000;

/** Processor time of one turn when nothing else is done, in nanoseconds. */
export function measureTurn(platform: Platform): number {
  const work = new Work();
  const costs = Array.from({ length: BATCHES }, () => {
    const before_ns = platform.processCpu();
    for (let i = 0; i < TURNS_PER_BATCH; i++) work.turn();
    return (platform.processCpu() - before_ns) / TURNS_PER_BATCH;
  });
  work.verify();
  return median(costs);
}
