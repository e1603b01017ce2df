// What a step of the pipeline does to bytes: it adds its number to each, again and again. Every byte of
// the result tells that all steps have seen it, and nothing depends on how the bytes were cut up.
import { setFlagsFromString } from 'node:v8';

/**
 * Compiled into whatever calls it, the loop below runs at half its speed or not, as V8 happens to lay it
 * out. Compiled by itself it is the same machine code in every process.
 */
setFlagsFromString('--max-inlined-bytecode-size=0');
setFlagsFromString('--max-inlined-bytecode-size-small=0');

/** The steps' numbers; their sum is odd, so no number of passes makes it vanish. */
export const STEPS: readonly number[] = [3, 5, 7, 12];
const SUM = STEPS.reduce((sum, step) => sum + step, 0);

/** Do step `step` to `bytes[0 … length − 1]`. */
export function work(bytes: Uint8Array, length: number, step: number, passes: number): void {
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < length; i++) bytes[i] = bytes[i]! + step;
  }
}

/** Byte `i` of chunk `chunk`, before all steps. */
export const source = (chunk: number, i: number): number => (chunk * 7 + i) & 0xff;

/** The same after all steps. */
export const expected = (chunk: number, i: number, passes: number): number =>
  (source(chunk, i) + SUM * passes) & 0xff;

/** Throws where the first, the middle or the last byte has not passed every step. */
export function checkChunk(bytes: Uint8Array, chunk: number, passes: number): void {
  const { length } = bytes;
  for (const i of [0, length >> 1, length - 1]) {
    if (bytes[i] === expected(chunk, i, passes)) continue;
    throw new Error(
      `byte ${i} of chunk ${chunk} is ${bytes[i]}, not ${expected(chunk, i, passes)}: it did not pass every step once`,
    );
  }
}
