// What the lab's own devices write into four axes, and when a bus that asks would hear of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAsking, parseInterval } from '../../lab/input/intervals.ts';
import { AXES, encodeAxes, isOf, sequenceOf, sinceSent } from '../../lab/input/stamped.ts';

const time = fc.double({ min: 0, max: 2 ** 50, noNaN: true });
const epoch = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('stamps in axes', () => {
  it('come back: number, stimulus, and the age to the microsecond', () => {
    const numbers = fc.integer({ min: -5000, max: 10_000 });
    const ages = fc.double({ min: 0, max: 2e11, noNaN: true });
    fc.assert(
      fc.property(time, numbers, epoch, ages, (sent_ns, sequence, mark, age_ns) => {
        const axes = new Int32Array(AXES);
        encodeAxes(axes, sent_ns, sequence, mark);
        for (const value of axes) {
          expect(value, 'a movement by nought is told to nobody').not.toBe(0);
          expect(Math.abs(value)).toBeLessThan(2 ** 15);
        }
        expect(isOf(axes, mark)).toBe(true);
        expect(isOf(axes, mark + 1)).toBe(false);
        expect(sequenceOf(axes)).toBe(sequence);
        const age = sinceSent(axes, sent_ns + age_ns);
        expect(Math.abs(age - age_ns)).toBeLessThanOrEqual(1000);
      }),
    );
  });

  it('are not taken from anything else', () => {
    expect(isOf(new Int32Array(AXES), 0)).toBe(false);
    expect(isOf(Int32Array.of(1, 1, 1, 0), 0)).toBe(false);
    expect(isOf(Int32Array.of(2 ** 20, 1, 1, 1), 0)).toBe(false);
    expect(isOf(Int32Array.of(-5, 1, 1, 1), 0)).toBe(false);
  });
});

describe('a bus that asks', () => {
  it('hears of what happened at its next turn, at most an interval later', () => {
    const whole = fc.integer({ min: 0, max: 1e9 });
    const interval = fc.constantFrom(1e6, 4e6, 8e6);
    fc.assert(
      fc.property(whole, whole, interval, (origin_ns, after_ns, interval_ns) => {
        const at_ns = origin_ns + after_ns;
        const asked_ns = nextAsking(at_ns, origin_ns, interval_ns);
        expect((asked_ns - origin_ns) % interval_ns).toBe(0);
        expect(asked_ns).toBeGreaterThanOrEqual(at_ns);
        expect(asked_ns - at_ns).toBeLessThan(interval_ns);
      }),
    );
  });

  it('has its interval from sysfs', () => {
    expect(['8ms', '125us', '1ms\n', '10ms'].map(parseInterval)).toEqual([8, 0.125, 1, 10]);
    expect(['', '8', 'ms', '8 ms', '-1ms'].map(parseInterval)).toEqual(Array(5).fill(undefined));
  });
});
