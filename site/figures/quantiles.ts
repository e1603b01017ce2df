// How long it takes usually, and how long now and then: per driver one line from the median to the
// highest quantile that the samples support. Maxima are not drawn: they only grow with n.
import type { Distribution } from '../../lab/records/schema.ts';
import { FIGURES, QUANTILES } from '../data/figure-strings.ts';
import { type Box, bottomAxis, logDomain, logScale } from './axis.ts';
import {
  absentRows,
  byDriver,
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  statusCell,
} from './figure.ts';
import { between, floorOf, isDistribution, quantity, spoken, whole } from './format.ts';
import { mark } from './marks.ts';
import { element, label, line } from './svg.ts';

interface Row {
  readonly item: Item;
  readonly name: string;
  readonly metric: Distribution;
}

/** Named quantiles that a distribution carries, ascending. */
function quantilesOf(metric: Distribution): { name: string; value: number }[] {
  return [
    { name: 'p50', value: metric.p50 },
    { name: 'p90', value: metric.p90 },
    { name: 'p99', value: metric.p99 },
    { name: 'p99.9', value: metric.p999 },
  ].filter((entry): entry is { name: string; value: number } => Number.isFinite(entry.value));
}

/** Rows in ascending order of their medians. `by` names rows by a setting instead of the driver. */
export function quantiles(
  items: readonly Item[],
  options: Options & { metric?: string; by?: string },
): Drawn {
  const name = options.metric ?? 'latency_ns';
  const rows: Row[] = [];
  const absent: Item[] = [];
  for (const item of items.toSorted(byDriver)) {
    const metric = item.record.metrics[name];
    if (metric === undefined || !isDistribution(metric) || !(metric.p50 > 0)) absent.push(item);
    else rows.push({ item, name: rowName(item, options.by), metric });
  }
  if (rows.length === 0) return notMeasured(options);
  rows.sort((a, b) => a.metric.p50 - b.metric.p50 || (a.name < b.name ? -1 : 1));
  const columns = [
    ...[FIGURES.driver, 'p50', FIGURES.interval, 'p90', 'p99', 'p99.9'],
    ...[FIGURES.samples, FIGURES.status],
  ];
  const words = (value: number | undefined, row: Row) =>
    value === undefined ? '–' : quantity(value, row.metric.unit, floorOf(row.item.record));
  const table = rows.map(row => [
    row.name,
    words(row.metric.p50, row),
    row.metric.interval === undefined
      ? '–'
      : between(row.metric.interval, value => words(value, row)),
    words(row.metric.p90, row),
    words(row.metric.p99, row),
    words(row.metric.p999, row),
    whole(row.metric.n),
    statusCell(row.item.record),
  ]);
  const description = spoken(
    rows.map(row =>
      QUANTILES.row(row.name, words(row.metric.p50, row), words(row.metric.p90, row)),
    ),
  );
  return figure(
    options,
    QUANTILES.about(name.replace(/_(?:ns|us)$/, '').replace(/_/g, ' '), description),
    { columns, rows: [...table, ...absentRows(absent, columns.length)] },
    width => draw(rows, width),
  );
}

function rowName({ record }: Item, by: string | undefined): string {
  const value = by === undefined ? undefined : record.parameters[by];
  return value === undefined ? record.driver : `${record.driver} ${value}`;
}

function draw(rows: readonly Row[], width: number): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const pitch = narrow ? 44 : 32;
  const names = Math.max(...rows.map(row => row.name.length));
  const left = narrow ? 12 : Math.min(190, 20 + names * 7);
  const box: Box = { left, top: 28, right: width - 24, bottom: 28 + rows.length * pitch };
  const x = logScale(
    logDomain(
      rows.flatMap(row => [
        ...quantilesOf(row.metric).map(entry => entry.value),
        ...(row.metric.interval ?? []),
      ]),
      1.25,
    ),
    box.left,
    box.right,
  );
  const words = (value: number) => quantity(value, rows[0]!.metric.unit);
  const markup = rows.map((row, index) => {
    const y = box.top + pitch * index + (narrow ? 30 : pitch / 2);
    const { mechanism, record } = row.item;
    const entries = quantilesOf(row.metric);
    const last = entries.at(-1)!;
    const interval = row.metric.interval;
    // Where two quantiles lie close together, the second goes unnamed.
    const named = entries.filter(
      (entry, at) => at === 0 || x(entry.value) - x(entries[at - 1]!.value) > 32,
    );
    return element(
      'g',
      { class: `m-${mechanism}` },
      line(x(entries[0]!.value), y, x(last.value), y, `fig-span e-${record.evidence.device}`),
      interval?.every(value => value > 0)
        ? line(x(interval[0]), y, x(interval[1]), y, 'fig-interval')
        : '',
      ...entries.slice(1).map(entry => line(x(entry.value), y - 5, x(entry.value), y + 5, 'bar')),
      ...(index === 0
        ? named.map(entry =>
            label(entry.name, x(entry.value), y - 14, {
              'text-anchor': 'middle',
              class: 'fig-small',
            }),
          )
        : []),
      mark(mechanism, record.evidence.device, x(row.metric.p50), y),
      narrow
        ? label(row.name, box.left, y - (index === 0 ? 30 : 15), { class: 'fig-name' })
        : label(row.name, box.left - 12, y + 4, { 'text-anchor': 'end', class: 'fig-name' }),
    );
  });
  return {
    height: box.bottom + 50,
    markup: [bottomAxis(x, box, words, QUANTILES.axis), ...markup],
  };
}
