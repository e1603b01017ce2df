// What the two threads of overlap-thread.ts say to each other: a word for how far they are, a word for the
// result, and the offset as a double.
export const FREE = 0;
export const ASKED = 1;
export const FINISHED = 2;
export const OVER = 3;
export const SHARED_BYTES = 16;

/** Given to the second thread as it starts. */
export interface Helped {
  readonly shared: SharedArrayBuffer;
  readonly fd: number;
  readonly address: number;
  readonly length: number;
}

export const viewsOf = (shared: SharedArrayBuffer) => ({
  state: new Int32Array(shared, 0, 2),
  offset_bytes: new Float64Array(shared, 8, 1),
});
