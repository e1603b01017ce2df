// How fast the emulated boards run here, by the numbers that `iolab ruler` prints: simulated time over
// processor time, so other work on this machine adds nothing.
import { expect, test } from 'vitest';
import { measureBoardSpeeds } from '../../../lab/run/board-speeds.ts';

/** A busy board must keep up with the real one, with something to spare for the host. */
const LEAST: Readonly<Record<string, number>> = { uno: 2, pico: 2.5 };

test('both boards run faster than real ones, and much faster asleep', async () => {
  const speeds = await measureBoardSpeeds(new AbortController().signal);
  expect(speeds.map(each => each.board)).toEqual(Object.keys(LEAST));
  for (const speed of speeds) {
    const { board, busy_ratio, asleep_ratio } = speed;
    console.log(`${board}: ${busy_ratio.toFixed(1)}× busy, ${asleep_ratio.toFixed(0)}× asleep`);
    expect(speed.busy_asleep_share).toBe(0);
    expect(speed.asleep_share).toBeGreaterThan(0.9);
    expect(busy_ratio, `${board}: profile lab/boards/core`).toBeGreaterThanOrEqual(LEAST[board]!);
    expect(asleep_ratio).toBeGreaterThan(5 * busy_ratio);
  }
});

test('a measurement that is given up ends at once', async () => {
  await expect(measureBoardSpeeds(AbortSignal.abort())).rejects.toThrow();
});
