// A law of a run in words: the whole line where counts lie on it, or the one number of it that the page
// is about (what one more costs, what nothing costs) with its interval where the points scatter.
import type { Fit } from '../../lab/records/schema.ts';
import { FIT } from '../data/figure-strings.ts';
import { figures, time, whole } from './format.ts';

/** `line`: a + b per each; `slope`: b alone; `start`: a alone. */
export type FitPart = 'line' | 'slope' | 'start';

type Law = Pick<Fit, 'metric' | 'over' | 'a' | 'a_interval' | 'b' | 'b_interval'>;

const SPACE = '\u00a0';

const number = (value: number): string =>
  Math.abs(value - Math.round(value)) < 1e-6 ? whole(value) : figures(value);

/** Bytes in the unit that keeps them short. */
function size(bytes: number): string {
  const [unit = FIT.bytes, step = 1] = (
    [
      ['MB', 1e6],
      ['kB', 1e3],
    ] as const
  ).find(([, least]) => Math.abs(bytes) >= 10 * least) ?? [FIT.bytes, 1];
  return `${figures(bytes / step)}${SPACE}${unit}`;
}

/** What a value of the fitted metric is in its unit. */
function inUnit({ metric, over }: Law, part: FitPart): (value: number) => string {
  if (metric === 'cpu_share') {
    // Processor seconds a second, over events a second: the slope is the time of one event.
    if (part === 'slope' && over === 'rate_hz') return value => time(value * 1e9);
    return value => `${figures(100 * value)}${SPACE}%`;
  }
  if (/_ns(?:_per_op)?$/.test(metric)) return value => time(value);
  if (metric.endsWith('_bytes')) return size;
  return number;
}

/** With its interval, unless that is narrower than what is written shows. */
const spread = (value: string, low: string, high: string): string =>
  low === value && high === value ? value : `${value}${FIT.interval(low, high)}`;

/** "3 + 13 per record", or "48.6 ns (47.9 to 49.3 ns) per descriptor". */
export function fitWords(law: Law, part: FitPart, each: string): string {
  const words = inUnit(law, part);
  if (part === 'line') return FIT.line(words(law.a), words(law.b), each);
  const [value, [low, high]] =
    part === 'slope' ? ([law.b, law.b_interval] as const) : ([law.a, law.a_interval] as const);
  const said = spread(words(value), words(low), words(high));
  return part === 'slope' ? FIT.slope(said, each) : said;
}
