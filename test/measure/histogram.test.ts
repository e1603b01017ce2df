// Bins against exact sorting: at most 1 % off anywhere in 0 … 2^53, mergeable in any order, and
// whatever a hostile record claims is refused.
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BIN_COUNT, binHigh, binLow, binOf, Histogram } from '../../lab/measure/histogram.ts';
import { createRandom } from '../../lab/measure/random.ts';
import { quantileSorted } from '../../lab/measure/statistics.ts';
import type { Bins } from '../../lab/records/schema.ts';

/** Whole numbers spread over all octaves, with the edges where 32-bit arithmetic slips. */
const value = fc.oneof(
  fc.nat({ max: 300 }),
  fc
    .tuple(fc.integer({ min: 0, max: 52 }), fc.double({ min: 1, max: 2, noNaN: true }))
    .map(([octave, part]) => Math.min(2 ** 53, Math.floor(2 ** octave * part))),
  fc.constantFrom(127, 128, 255, 256, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32, 2 ** 53),
);
const values = fc.array(value, { minLength: 1, maxLength: 200 });

const of = (list: readonly number[]): Histogram => {
  const histogram = new Histogram();
  histogram.recordMany(Float64Array.from(list));
  return histogram;
};

describe('bins', () => {
  test('hold their values, without gap or overlap, at most 1/128 wide', () => {
    for (let i = 0; i < BIN_COUNT - 1; i++) {
      const low = binLow(i);
      expect(binOf(low)).toBe(i);
      expect(binOf(binHigh(i))).toBe(i);
      expect(binLow(i + 1)).toBe(binHigh(i) + 1);
      if (low > 0) expect((binHigh(i) - low) / low).toBeLessThanOrEqual(1 / 128);
    }
    expect(binOf(2 ** 53)).toBe(BIN_COUNT - 1);
  });

  test('contain any value that is put in', () => {
    fc.assert(
      fc.property(value, v => {
        const bin = binOf(v);
        expect(binLow(bin)).toBeLessThanOrEqual(v);
        expect(binHigh(bin)).toBeGreaterThanOrEqual(v);
      }),
    );
  });

  test('fit in a record', () => {
    expect(BIN_COUNT).toBeLessThanOrEqual(10_000);
  });
});

describe('quantiles', () => {
  const q = fc.oneof(
    fc.constantFrom(0, 0.5, 0.9, 0.99, 1),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );

  test('are within 1 % of exact sorting', () => {
    fc.assert(
      fc.property(values, q, (list, at) => {
        const exact = quantileSorted(Float64Array.from(list).sort(), at);
        expect(Math.abs(of(list).quantile(at) - exact)).toBeLessThanOrEqual(0.01 * exact);
      }),
      { numRuns: 300 },
    );
  });

  test('never leave the range of the values; its ends are exact', () => {
    fc.assert(
      fc.property(values, q, (list, at) => {
        const histogram = of(list);
        expect(histogram.min).toBe(Math.min(...list));
        expect(histogram.max).toBe(Math.max(...list));
        expect(histogram.quantile(at)).toBeGreaterThanOrEqual(histogram.min);
        expect(histogram.quantile(at)).toBeLessThanOrEqual(histogram.max);
      }),
    );
  });

  test('an exponential distribution has the quantiles that theory gives it', () => {
    const random = createRandom(11);
    const list = Float64Array.from({ length: 200_000 }, () => -10_000 * Math.log(1 - random()));
    const histogram = new Histogram();
    histogram.recordMany(list);
    for (const at of [0.5, 0.9, 0.99]) {
      const theory = -10_000 * Math.log(1 - at);
      expect(Math.abs(histogram.quantile(at) / theory - 1)).toBeLessThan(0.03);
    }
  });
});

describe('merge', () => {
  test('is associative and commutative, and equals recording everything in one', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const left = of(a);
        left.merge(of(b));
        left.merge(of(c));
        const right = of(c);
        right.merge(of(b));
        const both = of(a);
        both.merge(right);
        const whole = of([...a, ...b, ...c]);
        for (const merged of [left, both]) {
          expect(merged.toBins()).toEqual(whole.toBins());
          expect([merged.n, merged.min, merged.max]).toEqual([whole.n, whole.min, whole.max]);
        }
      }),
    );
  });

  test('with an empty one changes nothing', () => {
    const histogram = of([5, 1_000]);
    histogram.merge(new Histogram());
    expect([histogram.n, histogram.min, histogram.max]).toEqual([2, 5, 1_000]);
  });
});

describe('bins in a record', () => {
  test('come back as they went', () => {
    fc.assert(
      fc.property(values, list => {
        const bins = of(list).toBins();
        const back = Histogram.fromBins(JSON.parse(JSON.stringify(bins)) as Bins);
        expect(back.toBins()).toEqual(bins);
        expect(back.n).toBe(list.length);
        expect(back.min).toBeLessThanOrEqual(Math.min(...list));
        expect(back.max).toBeGreaterThanOrEqual(Math.max(...list));
      }),
    );
  });

  test('that cannot be true are refused', () => {
    const hostile: [number[], number[]][] = [
      [[1], []],
      [[-1], [1]],
      [[BIN_COUNT], [1]],
      [[1.5], [1]],
      [
        [2, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [[1], [0]],
      [[1], [-3]],
      [[1], [0.5]],
      [[1], [Number.NaN]],
      [[1], [2 ** 60]],
    ];
    for (const [index, count] of hostile) {
      const bins: Bins = { scheme: 'log-linear-7', index, count };
      expect(() => Histogram.fromBins(bins), JSON.stringify(bins)).toThrow(RangeError);
    }
    const foreign = { scheme: 'hdr-3', index: [], count: [] } as unknown as Bins;
    expect(() => Histogram.fromBins(foreign)).toThrow(/hdr-3/);
  });
});

test('what is no latency is refused, not put in a bin', () => {
  const histogram = new Histogram();
  for (const wrong of [-1, -1e-9, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 + 2]) {
    expect(() => histogram.record(wrong)).toThrow(RangeError);
  }
  expect(() => histogram.recordMany(Float64Array.of(5, 6, -1))).toThrow(RangeError);
  expect(histogram.n).toBe(0);
  expect(histogram.toBins().index).toEqual([]);
  expect(histogram.min).toBeNaN();
  expect(() => histogram.quantile(0.5)).toThrow(RangeError);
});

test('one by one and all at once are the same', () => {
  fc.assert(
    fc.property(values, list => {
      const single = new Histogram();
      for (const v of list) single.record(v);
      const many = of(list);
      expect(single.toBins()).toEqual(many.toBins());
      expect([single.n, single.min, single.max]).toEqual([many.n, many.min, many.max]);
    }),
  );
});

test('recording allocates nothing', () => {
  const histogram = new Histogram();
  const list = Float64Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 2 ** 33);
  const round = (): number => {
    const before = getHeapStatistics().used_heap_size;
    for (let k = 0; k < 10; k++) {
      for (let i = 0; i < list.length; i++) histogram.record(list[i]!);
    }
    return getHeapStatistics().used_heap_size - before;
  };
  for (let i = 0; i < 5; i++) round();
  // A million records: one boxed double each would be 12 MB. The smallest of five rounds, because
  // the test runner allocates as it likes; a collection in between can only make one round smaller.
  const grown = Array.from({ length: 5 }, round).sort((a, b) => a - b);
  expect(grown[2], `heap grew by ${grown} bytes per million records`).toBeLessThan(1_000_000);
});
