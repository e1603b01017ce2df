// The shape of a distribution, from the record's own bins: one row per driver on a shared
// logarithmic axis, area in proportion to the share of samples. Two humps are two causes.
import { binLow } from '../../lab/measure/histogram.ts';
import type { Bins, Distribution } from '../../lab/records/schema.ts';
import { FIGURES, HISTOGRAM } from '../data/figure-strings.ts';
import { type Box, bottomAxis, logScale } from './axis.ts';
import {
  byDriver,
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  statusCell,
} from './figure.ts';
import { floorOf, intervalCell, isDistribution, quantity, spoken, whole } from './format.ts';
import { element, label, line, type Step, stair } from './svg.ts';

/** Share of the samples in each of `columns` equal steps of the logarithm from `low` to `high`. */
export function rebin(bins: Bins, low: number, high: number, columns: number): number[] {
  const shares = new Array<number>(columns).fill(0);
  const total = bins.count.reduce((sum, count) => sum + count, 0);
  const span = Math.log(high / low);
  if (total === 0 || !(span > 0)) return shares;
  for (const [position, index] of bins.index.entries()) {
    const count = bins.count[position] ?? 0;
    const from = binLow(index);
    const to = binLow(index + 1);
    // A bin wider than a column is shared out over the columns that it covers.
    const first = (Math.log(Math.max(from, low) / low) / span) * columns;
    const last = (Math.log(Math.min(to, high) / low) / span) * columns;
    if (!(last > first)) continue;
    for (let column = Math.floor(first); column < Math.min(last, columns); column++) {
      const part = Math.min(last, column + 1) - Math.max(first, column);
      shares[column]! += (count / total) * (part / (last - first));
    }
  }
  return shares;
}

interface Row {
  readonly item: Item;
  readonly metric: Distribution;
}

export function histogram(given: readonly Item[], options: Options & { metric?: string }): Drawn {
  const name = options.metric ?? 'latency_ns';
  const rows: Row[] = given.toSorted(byDriver).flatMap(item => {
    const metric = item.record.metrics[name];
    const usable =
      metric !== undefined &&
      isDistribution(metric) &&
      metric.bins.count.some(count => count > 0) &&
      metric.p50 > 0;
    return usable ? [{ item, metric }] : [];
  });
  if (rows.length === 0) return notMeasured(options);
  const table = rows.map(({ item, metric }) => {
    const words = (value: number) => quantity(value, metric.unit, floorOf(item.record));
    return [
      item.record.driver,
      words(metric.min),
      words(metric.p50),
      intervalCell(item.record, name),
      words(metric.p90),
      whole(metric.n),
      whole(metric.bins.index.length),
      statusCell(item.record),
    ];
  });
  const description = spoken(
    table.map(([driver, low, mid, , high]) => HISTOGRAM.row(driver!, low!, mid!, high!)),
  );
  return figure(
    options,
    HISTOGRAM.about(name.replace(/_(?:ns|us)$/, '').replace(/_/g, ' '), description),
    {
      columns: [
        ...[FIGURES.driver, FIGURES.least, FIGURES.median, FIGURES.interval, 'p90'],
        ...[FIGURES.samples, HISTOGRAM.bins, FIGURES.status],
      ],
      rows: table,
    },
    width => draw(rows, width),
  );
}

function draw(rows: readonly Row[], width: number): { height: number; markup: string[] } {
  const pitch = width === NARROW ? 64 : 72;
  const box: Box = { left: 12, top: 18, right: width - 24, bottom: 18 + rows.length * pitch };
  const low = Math.min(...rows.map(row => Math.max(row.metric.min, 1))) / 1.1;
  // The tail beyond p99 is a few samples over decades: the quantile figure shows it better.
  const high = Math.max(...rows.map(row => row.metric.p99 ?? row.metric.p90)) * 1.3;
  const columns = width === NARROW ? 60 : 110;
  const x = logScale([low, Math.max(high, low * 4)], box.left, box.right);
  const step = (box.right - box.left) / columns;
  const markup = rows.map(({ item, metric }, index) => {
    const base = box.top + pitch * (index + 1);
    const shares = rebin(metric.bins, x.domain[0], x.domain[1], columns);
    const most = Math.max(...shares, 1e-12);
    const steps = shares.map((share, column): Step => {
      return [(share / most) * (pitch - 22), box.left + (column + 1) * step];
    });
    const right = x(metric.p50) < (box.left + box.right) / 2;
    return element(
      'g',
      { class: `m-${item.mechanism}` },
      element('path', {
        d: stair(box.left, base, steps),
        class: `fig-area e-${item.record.evidence.device}`,
      }),
      line(x(metric.p50), base - pitch + 20, x(metric.p50), base, 'fig-hairline'),
      label(item.record.driver, right ? box.right - 4 : box.left + 4, base - pitch + 32, {
        'text-anchor': right ? 'end' : 'start',
        class: 'fig-name',
      }),
    );
  });
  const words = (value: number) => quantity(value, rows[0]!.metric.unit);
  return {
    height: box.bottom + 50,
    markup: [bottomAxis(x, box, words, HISTOGRAM.axis), ...markup],
  };
}
