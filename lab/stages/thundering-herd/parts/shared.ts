// What the waiting threads and the one that wakes them have in common: a few words for each waiter, and
// when the last event was taken. A waiter alone writes its own words.

/** Words of one waiter. */
export const THREAD = 0;
export const ASLEEP = 1;
export const RETURNED = 2;
export const TAKEN = 3;
const WORDS = 4;

/** Words of all. */
export const ALL_TAKEN = 0;
export const STOP = 1;
const COMMON_BYTES = 8;
const STAMP_BYTES = 8;

export interface Waiting {
  readonly shared: SharedArrayBuffer;
  readonly index: number;
  readonly epoll: number;
  /** An event flag that is a semaphore: each read takes one event, as accept(2) takes a connection. */
  readonly device: number;
}

export const sharedFor = (waiters: number): SharedArrayBuffer =>
  new SharedArrayBuffer(COMMON_BYTES + STAMP_BYTES + waiters * WORDS * 4);

export const commonWords = (shared: SharedArrayBuffer): Int32Array => new Int32Array(shared, 0, 2);

/** The clock when the last event was taken. */
export const takenAt = (shared: SharedArrayBuffer): Float64Array =>
  new Float64Array(shared, COMMON_BYTES, 1);

export const wordsOf = (shared: SharedArrayBuffer, index: number): Int32Array =>
  new Int32Array(shared, COMMON_BYTES + STAMP_BYTES + index * WORDS * 4, WORDS);
