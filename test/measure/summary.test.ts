// A summary against exact sorting of the same samples, and against the record's own schema.
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../lab/measure/histogram.ts';
import { createRandom } from '../../lab/measure/random.ts';
import { median, quantileSorted } from '../../lab/measure/statistics.ts';
import { summarize } from '../../lab/measure/summary.ts';
import { DistributionSchema } from '../../lab/records/schema.ts';

const options = { unit: 'ns', kind: 'time', seed: 1 } as const;

const makeRounds = (count: number, samples: number): Float64Array[] => {
  const random = createRandom(count + samples);
  return Array.from({ length: count }, (_, round) =>
    Float64Array.from({ length: samples }, () =>
      Math.round(9_000 + 50 * round - 2_000 * Math.log(1 - random())),
    ),
  );
};

describe('summarize', () => {
  test('agrees with exact sorting', () => {
    const rounds = makeRounds(15, 1_000);
    const { distribution, perRound } = summarize(rounds, options);
    const all = Float64Array.from(rounds.flatMap(round => [...round])).sort();
    const sorted = rounds.map(round => round.slice().sort());
    const medians = sorted.map(round => quantileSorted(round, 0.5));
    expect(distribution.n).toBe(15_000);
    expect(distribution.min).toBe(all[0]);
    expect(distribution.max).toBe(all.at(-1));
    expect(distribution.p50).toBe(median(medians));
    // From the bins, so within their width of the exact value.
    for (const [found, q] of [
      [distribution.p90, 0.9],
      [distribution.p99!, 0.99],
      [distribution.p999!, 0.999],
    ] as const) {
      expect(found / quantileSorted(all, q)).toBeGreaterThan(0.99);
      expect(found / quantileSorted(all, q)).toBeLessThan(1.01);
    }
    expect(distribution.interval![0]).toBeLessThan(distribution.p50);
    expect(distribution.interval![1]).toBeGreaterThan(distribution.p50);
    expect(Histogram.fromBins(distribution.bins).n).toBe(15_000);
    expect(perRound.map(round => round.p50)).toEqual(medians);
    expect(perRound.map(round => round.p99)).toEqual(sorted.map(r => quantileSorted(r, 0.99)));
    expect(Schema.Compile(DistributionSchema).Check(distribution)).toBe(true);
  });

  test('leaves out what the samples do not support', () => {
    const { distribution, perRound } = summarize(makeRounds(3, 300), options);
    expect(distribution).not.toHaveProperty('p99');
    expect(distribution).not.toHaveProperty('p999');
    expect(distribution).not.toHaveProperty('interval');
    expect(Object.keys(perRound[0]!)).toEqual(['n', 'p50', 'p90']);
    expect(Object.keys(summarize([Float64Array.of(1)], options).perRound[0]!)).toEqual([
      'n',
      'p50',
    ]);
    expect(Schema.Compile(DistributionSchema).Check(distribution)).toBe(true);
  });

  test('one odd round does not move the median', () => {
    const rounds = Array.from({ length: 15 }, () => new Float64Array(100).fill(10));
    rounds[7]!.fill(1e9);
    const { distribution } = summarize(rounds, options);
    expect(distribution.p50).toBe(10);
    expect(distribution.max).toBe(1e9);
  });

  test('passes over empty rounds, keeps their place, and changes no sample', () => {
    const round = Float64Array.of(3, 1, 2);
    const { distribution, perRound } = summarize([new Float64Array(0), round], options);
    expect(perRound).toEqual([{ n: 0 }, { n: 3, p50: 2 }]);
    expect(distribution.p50).toBe(2);
    expect([...round]).toEqual([3, 1, 2]);
  });

  test('refuses no samples, and samples that cannot be', () => {
    expect(() => summarize([], options)).toThrow(RangeError);
    expect(() => summarize([new Float64Array(0)], options)).toThrow(RangeError);
    expect(() => summarize([Float64Array.of(-1)], options)).toThrow(/swapped/);
    expect(() => summarize([Float64Array.of(Number.NaN)], options)).toThrow(RangeError);
  });

  test('repeats from its seed', () => {
    const rounds = makeRounds(15, 50);
    expect(summarize(rounds, options)).toEqual(summarize(rounds, options));
  });

  test('has no quantile below a lower one, though some are a bin’s middle and the median is exact', () => {
    // 539 is exact, and the middle of its bin is 538. 20 000 samples have every quantile.
    for (const value of [539, 1023, 12_345, 999_999]) {
      const samples = new Float64Array(20_000).fill(value);
      samples.fill(value - 1, 0, 8_000);
      const { p50, p90, p99, p999, max } = summarize([samples], options).distribution;
      expect(p50).toBe(value);
      const ascending = [p50, p90, p99!, p999!, max];
      expect(ascending.toSorted((a, b) => a - b)).toEqual(ascending);
    }
  });
});
