// The words that the threads of a pool share, and what each of them is told at its start.

/** Of all: packets worked on now, at most so far, beyond the limit, and done; turns of going to sleep. */
export const RUNNING = 0;
export const MOST = 1;
export const OVER = 2;
export const DONE = 3;
export const TURN = 4;
export const STOP = 5;
const COMMON_WORDS = 16;

/** Of each: its turn of going to sleep, 0 while it works; packets served and passed on; moves; its number. */
export const ASLEEP = 0;
export const SERVED = 1;
export const PASSED_ON = 2;
export const MOVES = 3;
export const THREAD = 4;
/** Packets that wait at its own port. */
export const BACKLOG = 5;
/** The error with which its last wait without a packet ended. */
export const NOTHING = 6;
const OWN_WORDS = 16;

/** Keys of packets: work, work that is not to be passed on again, and the end. */
export const WORK = 1;
export const PASSED_WORK = 2;
export const END = 3;

export type Job = 'spin' | 'wait';

export interface Serving {
  readonly shared: SharedArrayBuffer;
  readonly index: number;
  /** Handles of the ports: one for all, or one for each. */
  readonly ports: readonly number[];
  readonly limit: number;
  readonly job: Job;
  readonly work_ms: number;
  /** Stay on one processor. */
  readonly pinned: boolean;
  /** Pass on what others have more time for. */
  readonly rebalance: boolean;
  readonly processors: number;
  /** It looks at the word that ends it at least so often. */
  readonly bound_ms: number;
}

export const sharedFor = (threads: number): SharedArrayBuffer =>
  new SharedArrayBuffer(4 * (COMMON_WORDS + threads * OWN_WORDS));

export const commonWords = (shared: SharedArrayBuffer): Int32Array =>
  new Int32Array(shared, 0, COMMON_WORDS);

export const wordsOf = (shared: SharedArrayBuffer, index: number): Int32Array =>
  new Int32Array(shared, 4 * (COMMON_WORDS + index * OWN_WORDS), OWN_WORDS);
