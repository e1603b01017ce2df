// A driver against a named baseline, paired round by round in the same run: the median ratio and
// its interval on a logarithmic axis around one. The baseline against itself shows the noise.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import type { Comparison } from '../../lab/records/schema.ts';
import { FIGURES, RATIOS } from '../data/figure-strings.ts';
import { type Box, bottomAxis, linearScale, logDomain, logScale } from './axis.ts';
import { type Drawn, figure, NARROW, notMeasured, type Options } from './figure.ts';
import { between, figures, setting, spoken, whole } from './format.ts';
import { mark } from './marks.ts';
import { element, label, line } from './svg.ts';

export interface Pair {
  readonly comparison: Comparison;
  readonly mechanism: Mechanism;
}

const VERDICTS: Readonly<Record<Comparison['verdict'], string>> = RATIOS.verdicts;

function sound({ comparison }: Pair): boolean {
  return (
    comparison.ratio > 0 && comparison.interval.every(value => value > 0 && Number.isFinite(value))
  );
}

function nameOf({ comparison }: Pair, by: string): string {
  const value = comparison.parameters[by];
  const at = value === undefined ? '' : `, ${setting(by, value)}`;
  const { verdict, baseline, driver } = comparison;
  return `${verdict === 'noise' ? RATIOS.itself(baseline) : driver}${at}`;
}

/** All `pairs` must share metric and baseline. `by` is the setting that tells rows apart. */
export function ratios(pairs: readonly Pair[], options: Options & { by: string }): Drawn {
  const { by } = options;
  const at = ({ comparison }: Pair) => Number(comparison.parameters[by] ?? 0) || 0;
  const rows = pairs.filter(sound).toSorted(
    (a, b) =>
      at(a) - at(b) ||
      // The noise stands under the comparison that it qualifies.
      Number(a.comparison.verdict === 'noise') - Number(b.comparison.verdict === 'noise') ||
      (a.comparison.driver < b.comparison.driver ? -1 : 1),
  );
  const [first] = rows;
  if (first === undefined) return notMeasured(options);
  const { metric, baseline } = first.comparison;
  const table = rows.map(pair => [
    nameOf(pair, by),
    pair.comparison.baseline,
    figures(pair.comparison.ratio),
    between(pair.comparison.interval, figures),
    VERDICTS[pair.comparison.verdict],
    whole(pair.comparison.rounds),
  ]);
  const description = spoken(
    table.map(([name, , ratio, interval, verdict]) =>
      RATIOS.row(name!, ratio!, interval!, verdict!),
    ),
  );
  return figure(
    options,
    RATIOS.about(metric.replace(/_/g, ' '), baseline, description),
    {
      columns: [
        ...[FIGURES.driver, RATIOS.baseline, RATIOS.ratio],
        ...[FIGURES.interval, RATIOS.verdict, RATIOS.rounds],
      ],
      rows: table,
    },
    width => draw(rows, by, baseline, width),
  );
}

function draw(
  rows: readonly Pair[],
  by: string,
  baseline: string,
  width: number,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const pitch = narrow ? 42 : 28;
  const names = Math.max(...rows.map(row => nameOf(row, by).length));
  const left = narrow ? 12 : Math.min(290, 20 + names * 7.25);
  const box: Box = { left, top: 20, right: width - 24, bottom: 20 + rows.length * pitch };
  const values = rows.flatMap(({ comparison }) => [comparison.ratio, ...comparison.interval, 1]);
  const log = logScale(logDomain(values, 1.08, 1.5), box.left, box.right);
  // Near one a ratio reads best at even steps; the distances stay logarithmic.
  const even = log.domain[1] / log.domain[0] < 4;
  const x = Object.assign((value: number) => log(value), {
    domain: log.domain,
    ticks: even ? linearScale(log.domain, 0, 1, narrow ? 4 : 6).ticks : log.ticks,
    minor: even ? [] : log.minor,
  });
  const marks = rows.map((row, index) => {
    const y = box.top + index * pitch + (narrow ? 30 : pitch / 2);
    const mechanism = row.comparison.verdict === 'noise' ? 'reference' : row.mechanism;
    const [low, high] = row.comparison.interval;
    return element(
      'g',
      { class: `m-${mechanism}` },
      line(x(low), y, x(high), y, 'fig-interval'),
      mark(mechanism, undefined, x(row.comparison.ratio), y),
      narrow
        ? label(nameOf(row, by), box.left, y - 13, { class: 'fig-name' })
        : label(nameOf(row, by), box.left - 12, y + 4, { 'text-anchor': 'end', class: 'fig-name' }),
    );
  });
  return {
    height: box.bottom + 50,
    markup: [
      bottomAxis(x, box, value => `${figures(value)}×`, RATIOS.axis(baseline)),
      line(x(1), box.top - 6, x(1), box.bottom, 'fig-hairline'),
      ...marks,
    ],
  };
}
