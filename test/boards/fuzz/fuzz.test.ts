// Fuzzed frames over each emulated serial line: two thousand, or with IOLAB_LONG=1 ten thousand.
import { describe, expect, test } from 'vitest';
import { boardsHere } from '../here.ts';
import { fuzzBoard } from './suite.ts';

/** In four parts, each on a fresh board: a failure names the part's seed. */
const PARTS = 4;
const FRAMES = process.env.IOLAB_LONG ? 10_000 : 2_000;

describe.each(boardsHere)('$name', ({ make }) => {
  test.each(Array.from({ length: PARTS }, (_, i) => 0x5eed + i))(
    'fuzzed frames, seed %i: every good frame after one is answered',
    async seed => {
      const result = fuzzBoard(await make(), FRAMES / PARTS, seed);
      expect(result.frames).toBe(FRAMES / PARTS);
      // Garbage that is a frame is answered, and part of it refused: both ways were gone.
      expect(result.answered).toBeGreaterThan(FRAMES / PARTS / 10);
      expect(result.refused).toBeGreaterThan(FRAMES / PARTS / 50);
    },
    240_000,
  );
});
