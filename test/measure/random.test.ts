// Seeded chance must repeat exactly and be even enough for phases and resamples.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, deriveSeed, randomInt } from '../../lab/measure/random.ts';

const draw = (seed: number, n: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, random);
};

describe('createRandom', () => {
  test('repeats from its seed and differs from its neighbours', () => {
    expect(draw(7, 100)).toEqual(draw(7, 100));
    for (const other of [8, -7, 7 + 2 ** 32, 7 + 2 ** 40]) {
      expect(draw(7, 20)).not.toEqual(draw(other, 20));
    }
  });

  test('gives the numbers of sfc32, worked out once with whole-number arithmetic', () => {
    // The same algorithm in BigInt, so that a slip in 32-bit arithmetic shows.
    const mask = 0xffffffffn;
    let [a, b, c, n] = [5n, 0n, 0x2545f491n, 1n];
    const step = (): number => {
      const sum = (a + b + n) & mask;
      n = (n + 1n) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = ((((c << 21n) | (c >> 11n)) & mask) + sum) & mask;
      return Number(sum) / 2 ** 32;
    };
    for (let i = 0; i < 15; i++) step();
    expect(draw(5, 1_000)).toEqual(Array.from({ length: 1_000 }, step));
  });

  test('fills [0, 1) evenly', () => {
    const bins = new Array<number>(20).fill(0);
    for (const value of draw(3, 200_000)) bins[Math.floor(value * 20)]!++;
    // A value outside [0, 1) would have made a bin of its own.
    expect(Object.keys(bins).length).toBe(20);
    // 10 000 expected, standard deviation 97: six of them either way.
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(600);
  });

  test('refuses a seed that is no number', () => {
    expect(() => createRandom(Number.NaN)).toThrow(RangeError);
  });
});

test('randomInt reaches every number of its range and no other', () => {
  const random = createRandom(1);
  const seen = new Set(Array.from({ length: 1_000 }, () => randomInt(random, -2, 3)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  expect(() => randomInt(random, 3, 3)).toThrow(RangeError);
  expect(() => randomInt(random, 0, 1.5)).toThrow(RangeError);
});

describe('deriveSeed', () => {
  const part = fc.oneof(fc.string(), fc.integer());

  test('is a seed that a record accepts, the same for the same parts', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(part), (seed, parts) => {
        const derived = deriveSeed(seed, ...parts);
        expect(Number.isSafeInteger(derived) && derived >= 0).toBe(true);
        expect(deriveSeed(seed, ...parts)).toBe(derived);
      }),
    );
  });

  test('keeps different parts apart', () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed(2),
      deriveSeed(1, 'ab'),
      deriveSeed(1, 'a', 'b'),
      deriveSeed(1, 'b', 'a'),
      deriveSeed(1, 1),
      deriveSeed(1, '1'),
      ...Array.from({ length: 10_000 }, (_, i) => deriveSeed(1, 'round', i)),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});
