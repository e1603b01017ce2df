// What is done with a driver, apart from how the driver waits: a workload prepares operations and
// takes completions, and the two loops drive any workload over any driver.
import type { BlockingEngine, EventEngine } from '../drivers/driver.ts';

export type AnyEngine = BlockingEngine | EventEngine;

export interface Workload {
  readonly depth: number;
  readonly slot_bytes: number;
  /** Starts operations at planned times, and sleeps in `prepare` until then. */
  readonly timed: boolean;
  /**
   * All that is ready is handed over by one call of the driver, with one reading of the clock before it;
   * absent where each operation has its own.
   */
  readonly at_once?: boolean;
  /** Completions to wait for at once; absent where the first one will do. */
  readonly together?: number;
  /** True once nothing more will be prepared and nothing is in flight. */
  readonly done: boolean;
  /** Operations counted; the costs of the round are divided by this. */
  readonly counted: number;
  /** Fill the slot's operation; false when this slot has nothing to do any more. */
  prepare(slot: number): boolean;
  /**
   * The slot was submitted between the two readings `clock_ns[0]` and `clock_ns[1]`; `at_once` there is
   * only the first.
   */
  submitted(slot: number, clock_ns: Float64Array): void;
  /**
   * Entry `index` of the engine's completions is this slot's. Throws on an error or on data that is
   * not what was asked for.
   */
  completed(slot: number, index: number): void;
  results(): WorkloadResults;
}

export interface WorkloadResults {
  readonly series: Readonly<Record<string, Float64Array>>;
  readonly totals: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Called by a workload at the edges of the counted part, so that costs cover nothing else. */
export interface Edges {
  /** Returns the clock when the counting has begun, in nanoseconds. */
  begin(): number;
  end(): void;
}
