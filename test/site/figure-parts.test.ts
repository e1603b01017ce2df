// What figures are made of: numbers in words, scales, marks, markup and descriptions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logDomain, logScale } from '../../site/figures/axis.ts';
import { figures, spoken, time } from '../../site/figures/format.ts';
import { EVIDENCE, MECHANISMS, mark } from '../../site/figures/marks.ts';
import { coordinate, element, escapeText, slug } from '../../site/figures/svg.ts';

describe('numbers', () => {
  it('have three figures, a unit that fits, and no exponent', () => {
    expect([0.0123, 1, 9.999, 12.34, 123.4, 1234, 1_234_567].map(figures)).toEqual([
      '0.0123',
      '1',
      '10',
      '12.3',
      '123',
      '1\u202f230',
      '1\u202f230\u202f000',
    ]);
    expect([0.4, 62, 999.4, 999.6, 12_345, 999_600, 2.5e9].map(value => time(value))).toEqual(
      ['0.4 ns', '62 ns', '999 ns', '1 µs', '12.3 µs', '1 ms', '2.5 s'].map(text =>
        text.replace(' ', '\u00a0'),
      ),
    );
  });

  it('print below the floor as such', () => {
    expect(time(40, 60)).toBe('<\u00a0floor');
    expect(time(61, 60)).toBe('61\u00a0ns');
  });

  it('refuse to be printed or drawn where they are not finite', () => {
    expect(() => figures(Number.NaN)).toThrow(RangeError);
    expect(() => coordinate(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => element('rect', { x: Number.NaN })).toThrow(RangeError);
  });
});

describe('axes and marks', () => {
  it('hold every value, with at least two round ticks', () => {
    const positive = fc.double({ min: 1, max: 1e10, noNaN: true });
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 20 }), values => {
        const scale = logScale(logDomain(values), 0, 600);
        for (const value of values) {
          expect(scale(value)).toBeGreaterThanOrEqual(0);
          expect(scale(value)).toBeLessThanOrEqual(600);
        }
        expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('give every mechanism a shape of its own, and every evidence class a ring', () => {
    const shapes = MECHANISMS.map(one => mark(one, undefined, 10, 10).replace(/m-[a-z]+/, ''));
    expect(new Set(shapes).size).toBe(MECHANISMS.length);
    for (const one of EVIDENCE) expect(mark('polling', one, 0, 0)).toContain(`fig-ring e-${one}`);
  });
});

describe('markup', () => {
  it('escapes any text so that it cannot become markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(escapeText(text)).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('makes ids of any title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(slug(text)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      }),
    );
  });
});

describe('a description', () => {
  it('ends before nobody listens any more, and says how much the table has beside it', () => {
    const parts = (count: number, letters: number) =>
      Array.from({ length: count }, (_, at) => String(at).padEnd(letters, 'x'));
    expect(spoken(parts(3, 10))).toBe(parts(3, 10).join('; '));
    const long = spoken(parts(40, 60));
    expect(long.length).toBeLessThan(500);
    const told = long.split('; ');
    expect(told.at(-1)).toBe(`${40 - (told.length - 1)} more in the table`);
    expect(told.slice(0, -1)).toEqual(parts(40, 60).slice(0, told.length - 1));
    expect(spoken(parts(2, 900))).toBe(`${parts(1, 900)[0]}; 1 more in the table`);
  });
});
