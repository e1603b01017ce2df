import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAboveFloor,
  formatByteRate,
  formatCount,
  formatFrequency,
  formatRate,
  formatRatio,
  formatSetTime,
  formatShare,
  formatTime,
  formatTimeInterval,
  formatValue,
  formatWhole,
  plainText,
} from '../../lab/cli/terminal/format.ts';

describe('engineering units', () => {
  it.each([
    [0, '0 ns'],
    [5.4, '5.4 ns'],
    [68, '68 ns'],
    [999.4, '999 ns'],
    [999.6, '1.0 µs'],
    [9_300, '9.3 µs'],
    [9_960, '10 µs'],
    [970_000, '970 µs'],
    [999_600, '1.0 ms'],
    [1_240_000, '1.2 ms'],
    [55e9, '55 s'],
    [4e13, '40000 s'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%d ns is %s', (value, text) => expect(formatTime(value)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.000_33, '0.033 %'],
    [0.0394, '3.94 %'],
    [0.954_32, '95.4 %'],
    [0.9997, '99.97 %'],
    [1, '100 %'],
    [Number.NaN, '–'],
  ])('a share of %d is %s: never and always are told from nearly so', (value, text) =>
    expect(formatShare(value)).toBe(text),
  );

  it('rates, bytes, counts, ratios', () => {
    expect([850, 25_400, 1_234_567].map(one => formatRate(one))).toEqual([
      '850/s',
      '25k/s',
      '1.2M/s',
    ]);
    expect(formatByteRate(310e6)).toBe('310 MB/s');
    expect([1, 0.125, 0.031_25, 2.138, 412, 2_400, 999.7].map(formatCount)).toEqual([
      '1',
      '0.125',
      '0.031',
      '2.14',
      '412',
      '2.4k',
      '1.0k',
    ]);
    expect([1.119, 0.98, 12.34, 104.2, 0.0312, 2400].map(formatRatio)).toEqual([
      '1.12',
      '0.98',
      '12.3',
      '104',
      '0.031',
      '2.4k',
    ]);
    expect([1, 30, 1000, 1500, 2_000_000].map(formatSetTime)).toEqual([
      '1 µs',
      '30 µs',
      '1 ms',
      '1.5 ms',
      '2 s',
    ]);
    expect([100, 1000, 2500, 8000].map(formatFrequency)).toEqual([
      '100 Hz',
      '1 kHz',
      '2.5 kHz',
      '8 kHz',
    ]);
    expect(formatWhole(15_000)).toBe('15\u00a0000');
    expect(formatWhole(100)).toBe('100');
    expect(formatValue(412, 'cycles')).toBe('412 cycles');
    expect(formatValue(25_000, '1/s')).toBe('25k/s');
    expect([
      formatValue(9_300, 'ns/op'),
      formatValue(2, '1/op'),
      formatValue(200, 'count'),
    ]).toEqual(['9.3 µs', '2', '200']);
  });

  it('an interval stands in the unit of its value, with digits enough to see it', () => {
    expect(formatTimeInterval(9_300, [9_100, 9_600])).toBe('9.3 µs [9.1, 9.6]');
    expect(formatTimeInterval(999_000, [990_000, 1_100_000])).toBe('999 µs [990, 1100]');
    expect(formatTimeInterval(12_000, [11_900, 12_100])).toBe('12.00 µs [11.90, 12.10]');
    expect(formatTimeInterval(12_000, [12_000, 12_000])).toBe('12 µs [12, 12]');
    expect(formatTimeInterval(12_000)).toBe('12 µs');
  });

  it('below the floor nothing is claimed', () => {
    expect(formatAboveFloor(59, 60)).toBe('< 60 ns');
    expect(formatAboveFloor(60, 60)).toBe('60 ns');
    expect(formatAboveFloor(61, 60, 'as given')).toBe('as given');
  });

  it('a time never shows more than three digits before the point, and stays in order', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e11, noNaN: true }), value => {
        expect(formatTime(value)).toMatch(/^\d{1,3}(\.\d)? (ns|µs|ms|s)$/);
        const [number, unit] = formatTime(value).split(' ');
        const factor = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }[unit as 'ns'];
        expect(Math.abs(Number(number) * factor - value)).toBeLessThanOrEqual(
          0.051 * factor + 0.051 * value,
        );
      }),
    );
  });
});

describe('text from a stranger', () => {
  it('cannot move the cursor, ring, retitle, or turn the line round', () => {
    expect(plainText('a\u001b[31mb\u0007\u009b1m\u202e')).toBe('a�[31mb��1m�');
    expect(plainText('one\r\ntwo\tthree\u2028four')).toBe('one two three four');
    expect(plainText('Größe µ → 測 ✓')).toBe('Größe µ → 測 ✓');
  });

  it('holds no control character whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});
