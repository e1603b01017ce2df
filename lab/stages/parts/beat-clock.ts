// What the two threads of a beat have in common: the clock, which is the same for all threads, and what
// the sender is told.
import type { Slow } from './beat.ts';

/** Words of `orders`: 1 when all is over, 1 when the slow device begins. */
export const STOP = 0;
export const SLOW = 1;
export const ORDERS = 2;
export const BEAT_BYTES = 8;

export interface BeatJob {
  readonly orders: Int32Array;
  readonly fd: number;
  readonly period_ms: number;
  readonly slow: Slow | undefined;
}

/** process.hrtime has one origin for all threads; that of performance.now is each thread's own. */
export function clockNs(): number {
  const [seconds, rest_ns] = process.hrtime();
  return seconds * 1e9 + rest_ns;
}
