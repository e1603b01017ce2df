// Statistics against known answers: exact ranks, intervals that cover, A/A that ties, fits that
// give back what was put in.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../lab/measure/random.ts';
import {
  bootstrapInterval,
  INTERVAL_ROUNDS,
  linearFit,
  median,
  pairedRatio,
  quantileSorted,
  quantilesFor,
  verdict,
} from '../../lab/measure/statistics.ts';

/** A normal deviate by Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const list = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
  minLength: 1,
  maxLength: 100,
});

describe('quantiles', () => {
  test('nearest rank: the smallest value that at least q of all do not exceed', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 0, max: 1000 }), (values, thousandths) => {
        const sorted = Float64Array.from(values).sort();
        const n = sorted.length;
        // Whole-number arithmetic, so that no rounding hides here.
        const rank = Math.max(1, Math.ceil((thousandths * n) / 1000));
        expect(quantileSorted(sorted, thousandths / 1000)).toBe(sorted[rank - 1]);
      }),
    );
  });

  test('known ranks', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(quantileSorted(hundred, 0.07)).toBe(7);
    expect(quantileSorted(hundred, 0.5)).toBe(50);
    expect(quantileSorted(hundred, 0.99)).toBe(99);
    expect(quantileSorted(hundred, 0)).toBe(1);
    expect(quantileSorted(hundred, 1)).toBe(100);
    expect(() => quantileSorted([], 0.5)).toThrow(RangeError);
    expect(() => quantileSorted([1], 1.1)).toThrow(RangeError);
  });

  test('median of any order, odd and even, without touching the input', () => {
    const values = [9, 1, 5];
    expect(median(values)).toBe(5);
    expect(values).toEqual([9, 1, 5]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([10, 9])).toBe(9.5);
    expect(() => median([])).toThrow(RangeError);
  });

  test('far quantiles need samples', () => {
    expect(quantilesFor(999)).toEqual({ p99: false, p999: false });
    expect(quantilesFor(1_000)).toEqual({ p99: true, p999: false });
    expect(quantilesFor(10_000)).toEqual({ p99: true, p999: true });
  });
});

describe('bootstrapInterval', () => {
  test('covers the true median about as often as it says', () => {
    const random = createRandom(2026);
    let covered = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const values = Array.from({ length: 15 }, () => 100 + 10 * normal(random));
      const [low, high] = bootstrapInterval(values, { seed: trial });
      if (low <= 100 && high >= 100) covered++;
    }
    // 95 % nominal; of 15 values it is between 88 % (5th to 11th) and 96 % (4th to 12th smallest),
    // near the upper. Seeded, so this cannot flicker.
    expect(covered / trials).toBeGreaterThan(0.9);
    expect(covered / trials).toBeLessThan(0.995);
  });

  test('covers for a lopsided distribution too', () => {
    const random = createRandom(9);
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 15 }, () => -Math.log(1 - random()));
      const [low, high] = bootstrapInterval(values, { seed: trial });
      if (low <= Math.LN2 && high >= Math.LN2) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
  });

  test('is narrower with more rounds, and repeats from its seed', () => {
    const random = createRandom(5);
    const values = Array.from({ length: 200 }, () => normal(random));
    const few = bootstrapInterval(values.slice(0, 10), { seed: 1 });
    const many = bootstrapInterval(values, { seed: 1 });
    expect(many[1] - many[0]).toBeLessThan(few[1] - few[0]);
    expect(bootstrapInterval(values, { seed: 1 })).toEqual(many);
  });

  test('takes another statistic', () => {
    const mean = (v: Float64Array): number => v.reduce((sum, x) => sum + x, 0) / v.length;
    const values = Array.from({ length: 50 }, (_, i) => i);
    const [low, high] = bootstrapInterval(values, { seed: 3, statistic: mean });
    // Mean 24.5, standard error 14.4 / √50 = 2.04.
    expect(low).toBeCloseTo(24.5 - 1.96 * 2.04, -0.5);
    expect(high).toBeCloseTo(24.5 + 1.96 * 2.04, -0.5);
  });

  test('of too few values is their range', () => {
    expect(bootstrapInterval([3, 1, 2], { seed: 1 })).toEqual([1, 3]);
    expect(bootstrapInterval([4], { seed: 1 })).toEqual([4, 4]);
    expect(() => bootstrapInterval([], { seed: 1 })).toThrow(RangeError);
  });
});

describe('paired ratios', () => {
  /** Rounds share a slow drift; each has a few per cent of noise of its own. */
  const rounds = (factor: number, seed: number, n = 15): { a: number[]; b: number[] } => {
    const random = createRandom(seed);
    const drift = Array.from({ length: n }, (_, i) => 1_000 * (1 + i / 5));
    return {
      a: drift.map(level => factor * level * (1 + 0.05 * normal(random))),
      b: drift.map(level => level * (1 + 0.05 * normal(random))),
    };
  };
  const judge = (factor: number, seed: number): string => {
    const { a, b } = rounds(factor, seed);
    const noise = pairedRatio(rounds(1, seed + 1_000).a, rounds(1, seed + 1_000).b, seed)!;
    const { ratio, interval } = pairedRatio(a, b, seed)!;
    return verdict(ratio, interval, noise.interval, a.length);
  };

  test('the same driver against itself is a tie nearly always', () => {
    const ties = Array.from({ length: 100 }, (_, seed) => judge(1, seed)).filter(v => v === 'tie');
    expect(ties.length).toBeGreaterThanOrEqual(93);
  });

  test('a shift of 1.3 is seen every time, in the right direction', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(judge(1.3, seed)).toBe('higher');
      expect(judge(1 / 1.3, seed)).toBe('lower');
    }
  });

  test('are median ratios, and pairing cancels what rounds share', () => {
    const { ratio, interval } = pairedRatio(
      [2, 40, 600, 8, 10, 12, 14],
      [1, 20, 300, 4, 5, 6, 7],
      1,
    )!;
    expect(ratio).toBe(2);
    expect(interval).toEqual([2, 2]);
  });

  test('refuse unequal rounds; a zero baseline has no ratio', () => {
    expect(() => pairedRatio([1, 2], [1], 1)).toThrow(RangeError);
    expect(pairedRatio([1, 2], [1, 0], 1)).toBeUndefined();
    expect(pairedRatio([0], [0], 1)).toBeUndefined();
    expect(pairedRatio([], [], 1)).toBeUndefined();
  });
});

describe('verdict', () => {
  test('spanning 1, touching 1, or inside the noise is a tie', () => {
    expect(verdict(1.1, [0.9, 1.3])).toBe('tie');
    expect(verdict(1.1, [1, 1.3])).toBe('tie');
    expect(verdict(1.05, [1.02, 1.08], [0.9, 1.1])).toBe('tie');
    expect(verdict(1.05, [1.02, 1.2], [0.9, 1.1])).toBe('tie');
    expect(verdict(Number.NaN, [1.1, 1.2])).toBe('tie');
  });

  test('beyond both it has a direction', () => {
    expect(verdict(1.3, [1.2, 1.4], [0.95, 1.05])).toBe('higher');
    expect(verdict(0.7, [0.6, 0.8], [0.95, 1.05])).toBe('lower');
    expect(verdict(1.3, [1.2, 1.4])).toBe('higher');
  });

  test('too few rounds show nothing, unless the caller says they settle it', () => {
    expect(verdict(2, [2, 2], undefined, INTERVAL_ROUNDS - 1)).toBe('tie');
    expect(verdict(2, [2, 2], undefined, INTERVAL_ROUNDS)).toBe('higher');
    expect(verdict(2, [2, 2])).toBe('higher');
  });
});

describe('linearFit', () => {
  const make = (a: number, b: number, noise: number, seed: number, rounds = 15) => {
    const random = createRandom(seed);
    return Array.from({ length: rounds }, (_, round) =>
      [1, 8, 64, 256, 1024].map(x => ({ x, y: a + b * x + noise * normal(random), round })),
    ).flat();
  };

  test('gives back an exact line, also far from zero', () => {
    for (const shift of [0, 1e9]) {
      const points = make(100, 49, 0, 1).map(p => ({ ...p, x: p.x + shift }));
      const fit = linearFit(points, 1);
      expect(fit.b).toBeCloseTo(49, 4);
      expect(fit.a + fit.b * shift).toBeCloseTo(100, 0);
      expect(fit.points).toBe(75);
    }
  });

  test('its intervals hold the true a and b about as often as they say', () => {
    let a_held = 0;
    let b_held = 0;
    const trials = 100;
    for (let trial = 0; trial < trials; trial++) {
      const fit = linearFit(make(5_000, 49, 500, trial), trial);
      if (fit.a_interval[0] <= 5_000 && fit.a_interval[1] >= 5_000) a_held++;
      if (fit.b_interval[0] <= 49 && fit.b_interval[1] >= 49) b_held++;
    }
    expect(a_held).toBeGreaterThanOrEqual(84);
    expect(b_held).toBeGreaterThanOrEqual(84);
  });

  test('resamples rounds, not points: noise shared by a round widens a, not b', () => {
    const random = createRandom(3);
    const points = Array.from({ length: 15 }, (_, round) => {
      const shared = 1_000 * normal(random);
      return [1, 10, 100].map(x => ({ x, y: shared + 7 * x, round }));
    }).flat();
    const fit = linearFit(points, 3);
    expect(fit.b_interval[1] - fit.b_interval[0]).toBeLessThan(1e-6);
    expect(fit.a_interval[1] - fit.a_interval[0]).toBeGreaterThan(300);
  });

  test('refuses points that make no line', () => {
    expect(() => linearFit([], 1)).toThrow(RangeError);
    expect(() => linearFit([{ x: 3, y: 1, round: 0 }], 1)).toThrow(RangeError);
    const same = [1, 2, 3].map(round => ({ x: 0.1, y: round, round }));
    expect(() => linearFit(same, 1)).toThrow(RangeError);
    const broken = [0, 1].map(round => ({ x: round, y: Number.NaN, round }));
    expect(() => linearFit(broken, 1)).toThrow(RangeError);
  });
});
