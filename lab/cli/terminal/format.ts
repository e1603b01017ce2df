// Numbers and foreign text for a terminal: engineering units, intervals in the unit of their value,
// and control characters made harmless. A file may hold escape sequences; none may reach the screen
// (CWE-150).

import { relative } from 'node:path';

const NONE = '–';

/** Text from a record, fit for a terminal: one line, control and direction characters shown as �. */
export function plainText(text: string): string {
  return text.replace(/[\r\n\t\u2028\u2029]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd');
}

type Step = readonly [factor: number, unit: string];
const TIME: readonly Step[] = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
];
const DECIMAL: readonly Step[] = [
  [1, ''],
  [1e3, 'k'],
  [1e6, 'M'],
  [1e9, 'G'],
];

/** The step in whose unit the value has one to three digits before the point, after rounding. */
function stepOf(value: number, steps: readonly Step[]): Step {
  const size = Math.abs(value);
  return steps.find(([factor]) => Math.round(size / factor) < 1000) ?? steps.at(-1)!;
}

function digits(value: number, decimals?: number): string {
  return value.toFixed(decimals ?? (Math.abs(value) < 9.95 ? 1 : 0));
}

/** Nanoseconds: `68 ns`, `9.3 µs`, `970 µs`, `1.2 ms`. */
export function formatTime(value_ns: number): string {
  if (!Number.isFinite(value_ns)) return NONE;
  if (value_ns === 0) return '0 ns';
  const [factor, unit] = stepOf(value_ns, TIME);
  return `${digits(value_ns / factor)} ${unit}`;
}

/** A time that was asked for, exact: `30 µs`, `1.5 ms`, `2 s`. */
export function formatSetTime(value_us: number): string {
  const [factor, unit] = value_us >= 1e6 ? [1e6, 's'] : value_us >= 1e3 ? [1e3, 'ms'] : [1, 'µs'];
  return `${value_us / factor} ${unit}`;
}

/** A rate per second: `850/s`, `25k/s`, `1.2M/s`. */
export function formatRate(value: number, unit = '/s'): string {
  if (!Number.isFinite(value)) return NONE;
  const [factor, prefix] = stepOf(value, DECIMAL);
  const number = factor === 1 ? String(Math.round(value * 10) / 10) : digits(value / factor);
  return `${number}${prefix}${unit}`;
}

/** A frequency that was asked for, exact: `100 Hz`, `1 kHz`, `2.5 kHz`. */
export function formatFrequency(value_hz: number): string {
  if (!Number.isFinite(value_hz)) return NONE;
  const [factor, prefix] = stepOf(value_hz, DECIMAL);
  return `${Number((value_hz / factor).toPrecision(4))} ${prefix}Hz`;
}

/** Bytes per second: `310 MB/s`. */
export function formatByteRate(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const [factor, prefix] = stepOf(value, DECIMAL);
  return `${digits(value / factor)} ${prefix}B/s`;
}

/** A count, also a mean per operation: `1`, `0.125`, `2.14`, `412`, `2.4k`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size < 999.5) return String(Number(value.toPrecision(size < 0.0995 ? 2 : 3)));
  const [factor, prefix] = stepOf(value, DECIMAL);
  return `${digits(value / factor)}${prefix}`;
}

/** A share of one: `45.7 %`, `0.04 %`. `0 %` and `100 %` are never and always, and nothing near them. */
export function formatShare(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const percent = 100 * value;
  const nearly = value < 1 && percent >= 99.95;
  return `${nearly ? Math.floor(percent * 1000) / 1000 : formatCount(percent)} %`;
}

/** A whole number in groups of three, held together by no-break spaces: `15 000`. */
export function formatWhole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}

/** A ratio: `1.12`, `0.98`, `104`, `0.03`. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return NONE;
  if (ratio >= 99.5) return formatCount(Math.round(ratio));
  if (ratio >= 9.95) return ratio.toFixed(1);
  return ratio < 0.0995 ? String(Number(ratio.toPrecision(2))) : ratio.toFixed(2);
}

/** A ratio with its interval: `1.12 [1.09, 1.15]`. */
export function formatRatioInterval(ratio: number, [low, high]: readonly [number, number]): string {
  return `${formatRatio(ratio)} [${formatRatio(low)}, ${formatRatio(high)}]`;
}

/** Nanoseconds with their interval in the same unit: `9.3 µs [9.1, 9.6]`. */
export function formatTimeInterval(value_ns: number, interval?: readonly [number, number]): string {
  if (!interval?.every(Number.isFinite)) return formatTime(value_ns);
  const [factor, unit] = stepOf(value_ns, TIME);
  const [value, low, high] = [value_ns / factor, interval[0] / factor, interval[1] / factor];
  // An interval narrower than its last digit says nothing: one more digit, two at most.
  let decimals = Math.abs(value) < 9.95 ? 1 : 0;
  while (decimals < 2 && low < high && (high - low) * 10 ** decimals < 2) decimals++;
  const show = (one: number) => digits(one, decimals);
  return `${show(value)} ${unit} [${show(low)}, ${show(high)}]`;
}

/** A metric's value by its unit: `ns` as time, `1/s` and `B/s` as rates, cycles whole, others as counts. */
export function formatValue(value: number, unit: string): string {
  // The metric's name says "per op" already.
  switch (unit.replace(/\/(op|event)$/, '')) {
    case 'ns':
      return formatTime(value);
    case 'Hz':
    case '1/s':
    case 'ops/s':
    case 'op/s':
      return formatRate(value);
    case 'B/s':
    case 'bytes/s':
      return formatByteRate(value);
    case '':
    case '1':
    case 'count':
      return formatCount(value);
    case 'cycles':
    case 'bytes':
      // Counted, not estimated: every digit is true.
      if (Number.isInteger(value)) return `${formatWhole(value)} ${unit}`;
      return `${formatCount(value)} ${unit}`;
    default:
      return `${formatCount(value)} ${plainText(unit)}`;
  }
}

/** A time, or `< floor` where the clock cannot see it. */
export function formatAboveFloor(value_ns: number, floor_ns: number, text?: string): string {
  return value_ns < floor_ns ? `< ${formatTime(floor_ns)}` : (text ?? formatTime(value_ns));
}

/** A path as its user would type it from here. */
export function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
