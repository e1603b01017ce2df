// What a thread that blocks in one read is told, and the words that it counts in.

/** Threads that are about to read, and those that have read. */
export const BLOCKED = 0;
export const READ = 1;
export const WORDS = 2;

export interface Blocking {
  readonly shared: SharedArrayBuffer;
  readonly handle: number;
}
