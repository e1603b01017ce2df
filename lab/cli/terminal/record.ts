// One record in full, for `iolab show`: every metric, the distribution drawn, what it was measured
// on and from where, and the command to measure it again.
import { INTERVAL_ROUNDS } from '../../measure/statistics.ts';
import type { LabRecord, Metric } from '../../records/schema.ts';
import { createPaint, MARKS } from './colour.ts';
import {
  formatAboveFloor,
  formatTime,
  formatTimeInterval,
  formatValue,
  plainText,
} from './format.ts';
import { histogramPlot, percentileLine } from './histogram.ts';
import { mechanismOf } from './mechanisms.ts';
import { evidenceLine, machineLine, type ReportOptions } from './report.ts';
import { floorOf } from './rows.ts';
import { parameterLabel } from './settings.ts';
import { type Column, renderTable, wrap } from './table.ts';

/** What stands in brackets behind a value depends on the rounds behind it. */
const columns = (rounds: number): readonly Column[] => [
  { title: 'metric', align: 'left', stub: true },
  { title: rounds < INTERVAL_ROUNDS ? 'value [range]' : 'value [95 %]', align: 'left' },
  { title: 'p90', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'p99.9', align: 'right' },
  { title: 'max', align: 'right' },
];

/** Units whose distributions have a tail to look at. */
const DRAWN: ReadonlySet<string> = new Set(['ns', 'ns/op', 'cycles']);

/** A record as tables, plots and lines; ends with a line feed. */
export function reportRecord(record: LabRecord, { width, colour }: ReportOptions): string {
  const paint = createPaint(colour);
  const mechanism = mechanismOf(record.driver);
  const setting = Object.entries(record.parameters).map(([key, value]) =>
    parameterLabel(key, value),
  );
  const title = [record.experiment, record.device, record.driver, ...setting].join(' · ');
  const [first = '', ...more] = wrap(title, width - 2, '  ');
  const text = (line: string) => wrap(line, width, '  ');
  const faint = (line: string) => text(line).map(paint.dim);
  const lines = [
    `${paint.mechanism(mechanism, MARKS[mechanism])} ${paint.bold(first)}`,
    ...more.map(paint.bold),
    ...statusLine(record).flatMap(text),
  ];
  const metrics = Object.entries(record.metrics);
  if (metrics.length > 0) {
    const options = { width, dim: paint.dim };
    const rows = metrics.map(each => metricRow(each, floorOf(record)));
    lines.push('', ...renderTable(columns(record.rounds.length), rows, options));
  }
  for (const [name, metric] of metrics) {
    if (!('bins' in metric) || !DRAWN.has(metric.unit)) continue;
    const plot = histogramPlot(metric, { width, paint, mechanism });
    lines.push(
      '',
      paint.bold(plainText(name)),
      ...plot,
      ...text(percentileLine(metric, floorOf(record))),
    );
  }
  if (record.threads && record.threads.length > 0) lines.push('', ...threadTable(record, width));
  lines.push('', ...faint(evidenceLine([record])), ...faint(machineLine(record)));
  const identity = Object.entries(record.identity).map(([key, value]) => `${key}: ${value}`);
  if (identity.length > 0) lines.push(...faint(`device: ${identity.join(', ')}`));
  for (const note of record.notes ?? []) lines.push(...text(`note: ${note}`));
  lines.push(
    ...faint(`measured: ${record.started}${record.commit ? `, commit ${record.commit}` : ''}`),
  );
  lines.push(...faint(`record: ${record.id} of run ${record.run_id}`));
  lines.push(...text(`again: ${record.command}`));
  return `${lines.join('\n')}\n`;
}

function statusLine(record: LabRecord): string[] {
  const { status, reason, errno, fix, rounds, rounds_planned } = record;
  if (status === 'ok') return [];
  const done = rounds.length > 0 ? ` (${rounds.length} of ${rounds_planned} rounds)` : '';
  const why = reason ? `: ${reason}` : '';
  const code = errno && !reason?.includes(errno) ? ` (${errno})` : '';
  return [`${status}${done}${why}${code}`, ...(fix ? [`Fix: ${fix}`] : [])];
}

/** Samples below the floor are told from nothing by no clock; a total is a mean of many and may be smaller. */
function metricRow([name, metric]: [string, Metric], floor_ns: number): string[] {
  const { unit } = metric;
  if ('value' in metric) return [name, centre(metric.value, unit, metric.interval)];
  const bounded = (value: number, text: string) =>
    unit === 'ns' ? formatAboveFloor(value, floor_ns, text) : text;
  const show = (value: number | undefined) =>
    value === undefined ? '–' : bounded(value, formatValue(value, unit));
  const centred = bounded(metric.p50, centre(metric.p50, unit, metric.interval));
  return [name, centred, show(metric.p90), show(metric.p99), show(metric.p999), show(metric.max)];
}

function centre(value: number, unit: string, interval?: readonly [number, number]): string {
  if (/^ns(\/|$)/.test(unit)) return formatTimeInterval(value, interval);
  const bounds = interval?.map(one => formatValue(one, unit)).join(', ');
  return bounds ? `${formatValue(value, unit)} [${bounds}]` : formatValue(value, unit);
}

function threadTable(record: LabRecord, width: number): string[] {
  const columns: Column[] = [
    { title: 'thread', align: 'left', stub: true },
    { title: 'CPU/op', align: 'right' },
    { title: 'waits/op', align: 'right' },
    { title: 'preempted/op', align: 'right' },
  ];
  const rows = (record.threads ?? []).map(one => [
    one.name,
    formatTime(one.cpu_ns_per_op),
    formatValue(one.voluntary_switches_per_op, '1'),
    formatValue(one.involuntary_switches_per_op, '1'),
  ]);
  return renderTable(columns, rows, { width });
}
