// Numbers as a reader sees them: three significant figures, the unit that keeps them short, and
// "< floor" below what the lab can see. The same words in figures, tables and prose.
import type { Distribution, LabRecord, Metric } from '../../lab/records/schema.ts';
import { FORMAT } from '../data/figure-strings.ts';

/** Letters of a description that somebody listens to the end of: about half a minute. */
const LONGEST = 420;

/** Parts of a description, as many as one listens to; the table that every figure has tells the rest. */
export function spoken(parts: readonly string[], between = '; '): string {
  let letters = 0;
  const told = parts.filter((part, at) => {
    letters += part.length + between.length;
    return at === 0 || letters <= LONGEST;
  });
  const more = parts.length - told.length;
  return [...told, ...(more > 0 ? [FORMAT.more(more)] : [])].join(between);
}

const MINUS = '\u2212';
/** No-break, so that a number never parts from its unit. */
const SPACE = '\u00a0';

/** Three significant figures, digits grouped by thin spaces, no exponent. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`Asked to print the number ${value}`);
  if (value === 0) return '0';
  const size = Math.abs(value);
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  const step = 10 ** (Math.floor(Math.log10(size)) - 2);
  const rounded = size >= 1000 ? Math.round(size / step) * step : size;
  let text = rounded.toFixed(Math.min(decimals, 6));
  if (text.includes('.')) text = text.replace(/\.?0+$/, '');
  const [whole = '0', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return `${value < 0 ? MINUS : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** A whole number, grouped. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Nanoseconds in the unit that reads best. Below `floor_ns` it prints as "< floor". */
export function time(value_ns: number, floor_ns?: number): string {
  if (floor_ns !== undefined && value_ns < floor_ns) return FORMAT.below_floor;
  const size = Math.abs(value_ns);
  if (size < 999.5) return `${figures(value_ns)}${SPACE}ns`;
  if (size < 999_500) return `${figures(value_ns / 1e3)}${SPACE}µs`;
  if (size < 999_500_000) return `${figures(value_ns / 1e6)}${SPACE}ms`;
  return `${figures(value_ns / 1e9)}${SPACE}s`;
}

/** A chosen size: whole units of 1 024 as such, anything else to the byte. */
export function size(bytes: number): string {
  for (const [unit, of] of [
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (bytes >= of && bytes % of === 0) return `${whole(bytes / of)}${SPACE}${unit}`;
  }
  return `${whole(bytes)}${SPACE}B`;
}

/** A frequency. */
export function rate(value_hz: number): string {
  if (value_hz >= 1e6) return `${figures(value_hz / 1e6)}${SPACE}MHz`;
  if (value_hz >= 1e3) return `${figures(value_hz / 1e3)}${SPACE}kHz`;
  return `${figures(value_hz)}${SPACE}Hz`;
}

/** Bytes a second; in millions beyond one, as the makers of disks and lines count them. */
function throughput(bytes_per_s: number): string {
  if (bytes_per_s >= 1e9) return `${figures(bytes_per_s / 1e9)}${SPACE}GB/s`;
  if (bytes_per_s >= 1e6) return `${figures(bytes_per_s / 1e6)}${SPACE}MB/s`;
  if (bytes_per_s >= 1e4) return `${figures(bytes_per_s / 1e3)}${SPACE}kB/s`;
  return `${figures(bytes_per_s)}${SPACE}B/s`;
}

const EXACT: ReadonlySet<string> = new Set(['cycles', 'B', 'bytes', 'count']);

/** A metric's value in its own unit. */
export function quantity(value: number, unit: string, floor_ns?: number): string {
  // The unit of a column stands in its heading, so "ns/op" reads as a time here.
  if (unit === 'ns') return time(value, floor_ns);
  if (unit === 'ns/op') return time(value);
  if (unit === 'µs') return time(value * 1e3);
  if (unit === 'B/s') return throughput(value);
  if (/^(ops?|1)\/s$/.test(unit)) return `${figures(value)}${SPACE}/s`;
  if (unit === 'Hz') return rate(value);
  // Whole cycles, bytes and events are counted, not estimated: every digit is true.
  if (EXACT.has(unit) && Number.isInteger(value)) return whole(value);
  return figures(value);
}

/** Distributions have quantiles, totals have a value. */
export function isDistribution(metric: Metric): metric is Distribution {
  return 'p50' in metric;
}

export interface Middle {
  readonly value: number;
  readonly interval: readonly [number, number] | undefined;
  readonly unit: string;
  /** Samples behind it, where the metric counts them. */
  readonly n: number | undefined;
}

/** The median of a distribution, the value of a total; undefined where the record has neither. */
export function middle(record: LabRecord, metric: string): Middle | undefined {
  const found = record.metrics[metric];
  if (found === undefined) return undefined;
  const value = isDistribution(found) ? found.p50 : found.value;
  if (!Number.isFinite(value)) return undefined;
  const interval = found.interval;
  const sound = interval?.every(Number.isFinite) === true;
  return {
    value,
    interval: sound && interval !== undefined ? [interval[0], interval[1]] : undefined,
    unit: found.unit,
    n: isDistribution(found) ? found.n : undefined,
  };
}

/** Below this a duration cannot be told from the cost of reading the clock. */
export function floorOf(record: LabRecord): number | undefined {
  const floor = record.floor;
  return floor === undefined ? undefined : Math.max(floor.clock_resolution_ns, floor.clock_read_ns);
}

/** "12.1 µs" of a metric, or a dash that means: this record has no such metric. */
export function cell(record: LabRecord, metric: string): string {
  const found = middle(record, metric);
  return found === undefined ? '–' : quantity(found.value, found.unit, floorOf(record));
}

/** "11.8 µs to 12.4 µs": no-break, or a column on paper would make three lines of it. */
export function between(
  interval: readonly [number, number],
  words: (value: number) => string,
): string {
  return FORMAT.between(words(interval[0]), words(interval[1]));
}

/** The interval of a metric in its own unit, or a dash. */
export function intervalCell(record: LabRecord, metric: string): string {
  const found = middle(record, metric);
  if (found?.interval === undefined) return '–';
  return between(found.interval, value => quantity(value, found.unit, floorOf(record)));
}

/** One setting in words: "1 kHz", "depth 8", "mode interrupt". */
export function setting(name: string, value: string | number | boolean): string {
  if (name === 'rate_hz' && typeof value === 'number') return rate(value);
  if (name.endsWith('_bytes') && typeof value === 'number') {
    const of = name.slice(0, -'_bytes'.length).replace(/_/g, ' ');
    return `${of}${SPACE}${whole(value)}${SPACE}${FORMAT.bytes(value)}`;
  }
  // A setting was chosen, not measured: every digit of a whole number is meant.
  const digits = (number: number) => (Number.isInteger(number) ? whole(number) : figures(number));
  if (name.endsWith('_us') && typeof value === 'number') {
    const of = name.slice(0, -'_us'.length).replace(/_/g, ' ');
    return `${of}${SPACE}${digits(value)}${SPACE}µs`;
  }
  // The name alone, as an axis needs it.
  if (name.endsWith('_us') && value === '')
    return `${name.slice(0, -'_us'.length).replace(/_/g, ' ')}, µs`;
  return `${name.replace(/_/g, ' ')}${SPACE}${typeof value === 'number' ? digits(value) : value}`;
}

/** One setting of a record in words, or nothing where it has none. */
export function settingOf(record: LabRecord, name: string): string {
  const value = record.parameters[name];
  return value === undefined ? '' : setting(name, value);
}
