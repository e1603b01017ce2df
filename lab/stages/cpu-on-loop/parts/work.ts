// A unit of work for the processor, always the same and always with the same result: the checksum that
// Java's String.hashCode computes, over the numbers from 0 on.

export const EMPTY = 0;
/** Numbers of one unit: some ten milliseconds of a processor. */
export const UNIT = 20_000_000;

const words = new Int32Array(3);

/** The checksum of `from` … `to` − 1, continued from `before`. */
export function checksum(before: number, from: number, to: number): number {
  // By way of an array of words: else the engine counts in doubles, three times as slowly, as soon as it
  // compiles this loop into a caller whose own numbers are doubles.
  words.set([before, from, to]);
  let sum = words[0]!;
  const end = words[2]!;
  for (let i = words[1]!; i < end; i++) sum = (Math.imul(sum, 31) + i) | 0;
  return sum;
}
