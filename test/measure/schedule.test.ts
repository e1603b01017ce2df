// An open-loop plan: ascending, at the rate asked for, with a phase of its own for each seed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLoopSchedule } from '../../lab/measure/schedule.ts';

const plan = fc.record({
  count: fc.integer({ min: 1, max: 500 }),
  rate_hz: fc.double({ min: 0.1, max: 1e7, noNaN: true }),
  seed: fc.nat(),
});

test('starts within one period, and every gap is 0.7 to 1.3 periods', () => {
  fc.assert(
    fc.property(plan, options => {
      const offsets = openLoopSchedule(options);
      const period = 1e9 / options.rate_hz;
      expect(offsets.length).toBe(options.count);
      expect(offsets[0]).toBeGreaterThanOrEqual(0);
      expect(offsets[0]).toBeLessThan(period);
      // Offsets are sums, so a gap taken back from them is rounded.
      const rounding = offsets.at(-1)! * 1e-15 + 1e-9;
      for (let i = 1; i < offsets.length; i++) {
        const gap = offsets[i]! - offsets[i - 1]!;
        expect(gap).toBeGreaterThanOrEqual(0.7 * period - rounding);
        expect(gap).toBeLessThanOrEqual(1.3 * period + rounding);
      }
    }),
  );
});

test('keeps the mean rate', () => {
  const offsets = openLoopSchedule({ count: 50_000, rate_hz: 1_000, seed: 4 });
  const mean_gap = (offsets.at(-1)! - offsets[0]!) / (offsets.length - 1);
  // Standard error of the mean gap: 0.173 ms / √50 000, under 0.1 %.
  expect(mean_gap / 1e6).toBeCloseTo(1, 2);
});

test('repeats from its seed; the phase is spread over the period', () => {
  const options = { count: 10, rate_hz: 100 };
  expect(openLoopSchedule({ ...options, seed: 1 })).toEqual(
    openLoopSchedule({ ...options, seed: 1 }),
  );
  const phases = Array.from(
    { length: 400 },
    (_, seed) => openLoopSchedule({ ...options, seed })[0]! / 1e7,
  );
  for (const quarter of [0, 1, 2, 3]) {
    const inside = phases.filter(phase => Math.floor(phase * 4) === quarter).length;
    expect(inside).toBeGreaterThan(60);
    expect(inside).toBeLessThan(140);
  }
});

test('refuses what makes no schedule', () => {
  for (const rate_hz of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => openLoopSchedule({ count: 1, rate_hz, seed: 1 })).toThrow(RangeError);
  }
  expect(() => openLoopSchedule({ count: 1.5, rate_hz: 1, seed: 1 })).toThrow(RangeError);
  expect(openLoopSchedule({ count: 0, rate_hz: 1, seed: 1 }).length).toBe(0);
});
