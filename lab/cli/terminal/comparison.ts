// What `iolab compare` prints: one row per comparison, ratio with its interval and a verdict in
// words, and a line that says how far the numbers may be trusted. What all rows share stands in the
// heading.
import { INTERVAL_ROUNDS } from '../../measure/statistics.ts';
import type { PairComparison } from '../../records/compare.ts';
import type { Comparison } from '../../records/schema.ts';
import { createPaint } from './colour.ts';
import { formatRatioInterval } from './format.ts';
import type { ReportOptions } from './report.ts';
import { driverCell } from './rows.ts';
import { settingLabel } from './settings.ts';
import { type Cell, type Column, renderTable, wrap } from './table.ts';

const WORDS: Readonly<Record<Comparison['verdict'], string>> = {
  lower: '↓ lower',
  higher: '↑ higher',
  tie: '= tie',
  noise: '~ noise',
};

const TIES = 'an interval that spans 1, or a ratio inside the baseline’s own noise, is a tie';
const TIES_OF_FEW = `; of fewer than ${INTERVAL_ROUNDS} rounds each difference is one`;

export interface ComparisonLook extends ReportOptions {
  readonly paired: boolean;
  /** Counts of a simulated machine: there is no noise that an interval could tell of. */
  readonly exact?: boolean;
  /** One more line: what else the reader must know. */
  readonly note?: string;
}

/** The two sides of one run may have been measured at different settings. */
type Compared = Comparison & Partial<Pick<PairComparison, 'baseline_parameters'>>;

/** The settings in which the two sides differ. */
function apart({ parameters, baseline_parameters = parameters }: Compared): string[] {
  const keys = new Set([...Object.keys(parameters), ...Object.keys(baseline_parameters)]);
  return [...keys].filter(key => parameters[key] !== baseline_parameters[key]);
}

/** A driver, with what tells its setting from the other side's. */
const named = (driver: string, parameters: Compared['parameters'], keys: readonly string[]) =>
  [driver, settingLabel(parameters, keys)].filter(Boolean).join(' ');

/** Comparisons as a table; whether they are paired is said in words. Ends with a line feed. */
export function reportComparisons(
  comparisons: readonly Compared[],
  { width, colour, paired, exact = false, note }: ComparisonLook,
): string {
  const paint = createPaint(colour);
  const first = comparisons[0];
  if (!first) return 'Nothing to compare.\n';
  const where = (one: Compared) => `${one.experiment} · ${one.device}`;
  const setting = (one: Compared) => {
    const own = apart(one);
    const shared = Object.keys(one.parameters).filter(key => !own.includes(key));
    return settingLabel(one.parameters, shared);
  };
  const optional: readonly (readonly [title: string, cell: (one: Compared) => string])[] = [
    ['on', where],
    ['setting', setting],
  ];
  const differs = (cell: (one: Compared) => string) =>
    comparisons.some(one => cell(one) !== cell(first));
  const columns = optional.filter(([, cell]) => differs(cell));
  const shared = optional.filter(([, cell]) => !differs(cell)).map(([, cell]) => cell(first));
  const sameDriver = comparisons.every(
    one => one.driver === one.baseline && apart(one).length === 0,
  );
  const left = (title: string, stub = false): Column => ({ title, align: 'left', stub });
  const rows = comparisons.map((one): (Cell | string)[] => [
    { ...driverCell(one.driver, paint), text: named(one.driver, one.parameters, apart(one)) },
    ...columns.map(([, cell]) => cell(one)),
    ...(sameDriver ? [] : [named(one.baseline, one.baseline_parameters ?? {}, apart(one))]),
    formatRatioInterval(one.ratio, one.interval),
    WORDS[one.verdict],
  ]);
  const rounds = comparisons.map(one => one.rounds);
  const areFew = !exact && Math.min(...rounds) < INTERVAL_ROUNDS;
  const header = [
    left('  driver', true),
    ...columns.map(([title]) => left(title, true)),
    ...(sameDriver ? [] : [left('over')]),
    left(areFew ? 'ratio [spread]' : 'ratio [95 %]'),
    left('verdict'),
  ];
  const how = paired
    ? 'Paired: rounds of one run, matched by number.'
    : 'Unpaired: the sides were not measured round by round together, so what the machine did meanwhile is part of the ratio.';
  const range = [...new Set([Math.min(...rounds), Math.max(...rounds)])].join(' to ');
  const lines = [
    ...wrap([`${first.metric}, B over A`, ...shared].filter(Boolean).join(' · '), width).map(
      paint.bold,
    ),
    ...renderTable(header, rows, { width, dim: paint.dim }),
    ...wrap(
      exact
        ? 'Counts of a simulated machine: the same in every run, so a ratio is exact.'
        : `${how} ${range} round${range === '1' ? '' : 's'} each; ${TIES}${areFew ? TIES_OF_FEW : ''}.`,
      width,
      '  ',
    ),
    ...(note ? wrap(note, width, '  ') : []),
  ];
  return `${lines.join('\n')}\n`;
}
