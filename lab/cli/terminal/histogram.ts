// A distribution drawn from its bins: how often (up, linear) against how long (across, logarithmic),
// with the percentiles marked under the axis. A column that holds anything shows at least a sliver,
// because the rare late one is often the story.
import type { Mechanism } from '../../drivers/driver.ts';
import { binHigh, binLow } from '../../measure/histogram.ts';
import type { Distribution } from '../../records/schema.ts';
import { axisRule, logAxis, tickLine } from './axis.ts';
import type { Paint } from './colour.ts';
import { formatAboveFloor, formatValue, formatWhole } from './format.ts';

const EIGHTHS = ' ▁▂▃▄▅▆▇█';

export interface HistogramOptions {
  readonly width: number;
  readonly paint: Paint;
  readonly mechanism: Mechanism;
  readonly height?: number;
}

/** Lines of a histogram with axis and percentile marks. Times and cycles; empty where there is nothing. */
export function histogramPlot(metric: Distribution, options: HistogramOptions): string[] {
  const { width, paint, mechanism, height = 8 } = options;
  const columns = Math.min(width, 80);
  const { index, count } = metric.bins;
  if (index.length === 0 || columns < 16) return [];
  const lowest = Math.max(0.5, binLow(index[0]!));
  const highest = binHigh(index.at(-1)!) + 1;
  const axis = logAxis([lowest, highest], columns, 0.02);
  const heights = new Float64Array(columns);
  for (const [i, bin] of index.entries()) {
    spread(heights, axis.at, Math.max(0.5, binLow(bin)), binHigh(bin) + 1, count[i]!);
  }
  const tallest = Math.max(...heights);
  const lines: string[] = [];
  for (let row = height - 1; row >= 0; row--) {
    let line = '';
    for (const one of heights) {
      const eighths = one === 0 ? 0 : Math.max(1, Math.round((one / tallest) * height * 8));
      line += EIGHTHS[Math.max(0, Math.min(8, eighths - row * 8))];
    }
    lines.push(paint.mechanism(mechanism, line.trimEnd()));
  }
  return [
    ...lines,
    axisRule(axis, columns),
    metric.unit.startsWith('ns') ? tickLine(axis, columns) : tickLine(axis, columns, formatWhole),
    percentileMarks(metric, axis.at, columns),
  ];
}

/** `p50 9.3 µs · p90 12 µs · p99 31 µs · max 1.2 ms · n 15 000`: only what n supports, `< floor` for times below it. */
export function percentileLine(metric: Distribution, floor_ns: number): string {
  const { unit } = metric;
  const words = (value: number) =>
    unit === 'ns' ? formatAboveFloor(value, floor_ns) : formatValue(value, unit);
  const parts = [
    ['min', metric.min],
    ['p50', metric.p50],
    ['p90', metric.p90],
    ['p99', metric.p99],
    ['p99.9', metric.p999],
    ['max', metric.max],
  ] as const;
  const shown = parts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${words(value)}`],
  );
  return [...shown, `n ${formatWhole(metric.n)}`].join(' · ');
}

/** A bin falls into the column of its middle; one wider than a column is shared out evenly. */
function spread(
  heights: Float64Array,
  at: (value: number) => number,
  low: number,
  high: number,
  count: number,
): void {
  let first = at(low);
  let last = Math.max(first, at(high * (1 - 1e-12)));
  if (last - first === 1) first = last = at(Math.sqrt(low * high));
  const share = count / (last - first + 1);
  for (let i = first; i <= last; i++) heights[i] = heights[i]! + share;
}

function percentileMarks(
  metric: Distribution,
  at: (value: number) => number,
  columns: number,
): string {
  let line = '';
  for (const [name, value] of [
    ['p50', metric.p50],
    ['p90', metric.p90],
    ['p99', metric.p99],
    ['p99.9', metric.p999],
  ] as const) {
    if (value === undefined || !(value > 0)) continue;
    const label = `↑${name}`;
    const start = at(value);
    const from = start + label.length > columns ? start - label.length + 1 : start;
    const text = from === start ? label : `${name}↑`;
    if (from < line.length + (line ? 1 : 0)) continue;
    line = line.padEnd(from) + text;
  }
  return line;
}
