// The columns of a result table, in the same order as on the site: driver, setting, p50, p90, p99,
// processor time, system calls, ratio to the baseline, then what only some experiments have. A
// column that no record can fill is left out.
import { settingOf } from '../../records/compare.ts';
import type { Comparison, Distribution, LabRecord, Metric } from '../../records/schema.ts';
import { MARKS, type Paint } from './colour.ts';
import {
  formatAboveFloor,
  formatByteRate,
  formatCount,
  formatRate,
  formatRatio,
  formatTime,
  formatTimeInterval,
} from './format.ts';
import { mechanismOf } from './mechanisms.ts';
import { settingLabel } from './settings.ts';
import type { Cell, Column } from './table.ts';

/** What a cell is made from. */
interface Row {
  readonly record: LabRecord;
  readonly ratio: Comparison | undefined;
  readonly isBaseline: boolean;
}

interface Field extends Column {
  /** Undefined where this record has no such value. */
  readonly cell: (row: Row) => Cell | string | undefined;
}

/** Below this a time stamp difference cannot be told from nothing. */
export function floorOf(record: LabRecord): number {
  const { floor } = record;
  return floor ? Math.max(floor.clock_resolution_ns, floor.clock_read_ns) : 0;
}

/** A metric where it is a distribution. */
export function distributionOf(record: LabRecord, name: string): Distribution | undefined {
  const metric = record.metrics[name];
  return metric && 'bins' in metric ? metric : undefined;
}

/** A metric's one number. */
export function numberOf(record: LabRecord, name: string): number | undefined {
  const metric: Metric | undefined = record.metrics[name];
  if (!metric) return undefined;
  return 'value' in metric ? metric.value : metric.p50;
}

/** One mark per verdict. */
export const VERDICT = { higher: '↑', lower: '↓', tie: '=', noise: '~' } as const;

/** What the marks in the ratio column mean. */
export const VERDICT_LEGEND = '↑ higher, ↓ lower, = tie';

/** `1.29 ↑`. */
function verdictMark({ ratio, verdict }: Comparison): string {
  return `${formatRatio(ratio)} ${VERDICT[verdict]}`;
}

/** A driver's name with its mechanism's mark in front. */
export function driverCell(driver: string, paint: Paint): Cell {
  const mechanism = mechanismOf(driver);
  return {
    text: driver,
    mark: MARKS[mechanism],
    paintMark: mark => paint.mechanism(mechanism, mark),
  };
}

/** Header and cells of the result table for records of one experiment on one device. */
export function resultTable(
  records: readonly LabRecord[],
  comparisons: readonly Comparison[],
  { paint, differing }: { readonly paint: Paint; readonly differing: readonly string[] },
): { columns: Column[]; rows: (Cell | string)[][] } {
  const rows = records.map((record): Row => {
    const ratio = comparisons.find(one => one.driver === record.driver && sameSetting(one, record));
    return { record, ratio, isBaseline: comparisons.some(one => one.baseline === record.driver) };
  });
  const filled = fields(paint, differing, records).filter(field =>
    rows.some(row => field.cell(row) !== undefined),
  );
  return {
    columns: filled,
    rows: rows.map(row => filled.map(field => field.cell(row) ?? '–')),
  };
}

function fields(
  paint: Paint,
  differing: readonly string[],
  records: readonly LabRecord[],
): Field[] {
  const per = records.some(one => one.experiment === 'wakeup') ? 'event' : 'op';
  const time = (name: string) => (row: Row) => {
    const value = numberOf(row.record, name);
    return value === undefined ? undefined : formatTime(value);
  };
  const count = (name: string) => (row: Row) => {
    const value = numberOf(row.record, name);
    return value === undefined ? undefined : formatCount(value);
  };
  const quantile = (pick: (metric: Distribution) => number | undefined) => (row: Row) => {
    const metric = distributionOf(row.record, 'latency_ns');
    const value = metric && pick(metric);
    return value === undefined ? undefined : formatAboveFloor(value, floorOf(row.record));
  };
  const right = (title: string, cell: Field['cell']): Field => ({ title, align: 'right', cell });
  return [
    {
      title: '  driver',
      align: 'left',
      stub: true,
      cell: row => driverCell(row.record.driver, paint),
    },
    {
      title: 'setting',
      align: 'left',
      stub: true,
      cell: row => settingLabel(row.record.parameters, differing) || undefined,
    },
    {
      // Of few rounds there is none.
      title: records.some(one => distributionOf(one, 'latency_ns')?.interval)
        ? 'p50 [95 %]'
        : 'p50',
      align: 'left',
      cell: medianCell,
    },
    right(
      'p90',
      quantile(metric => metric.p90),
    ),
    right(
      'p99',
      quantile(metric => metric.p99),
    ),
    right(`CPU/${per}`, time('cpu_ns_per_op')),
    // Where n operations are one piece of work, their calls are counted for all of them.
    right('calls', row =>
      row.record.metrics.syscalls ? undefined : count('syscalls_per_op')(row),
    ),
    right('calls/n', count('syscalls')),
    // A board's own wake-ups are another count, of a whole round.
    right('wakes/n', row => (row.record.metrics.syscalls ? count('wakeups')(row) : undefined)),
    right('ratio', row =>
      row.ratio ? verdictMark(row.ratio) : row.isBaseline ? '1  ' : undefined,
    ),
    right('wire', time('wire_ns')),
    right('service', serviceCell),
    right('host', time('host_ns')),
    right('ops/s', row => {
      const value = numberOf(row.record, 'ops_per_s');
      return value === undefined ? undefined : formatRate(value);
    }),
    right('bytes/s', row => {
      // The same thing twice where every operation has the same size.
      if (row.record.metrics.ops_per_s) return undefined;
      const value = numberOf(row.record, 'bytes_per_s');
      return value === undefined ? undefined : formatByteRate(value);
    }),
    right('int/op', count('interrupts_per_op')),
    right('lost', row =>
      numberOf(row.record, 'lost_bytes') ? count('lost_bytes')(row) : undefined,
    ),
  ];
}

function medianCell({ record }: Row): string | undefined {
  const metric = distributionOf(record, 'latency_ns');
  if (!metric) return undefined;
  const text = formatTimeInterval(metric.p50, metric.interval);
  return formatAboveFloor(metric.p50, floorOf(record), text);
}

function serviceCell({ record }: Row): string | undefined {
  const time_ns = numberOf(record, 'service_ns');
  if (time_ns !== undefined) return formatTime(time_ns);
  const cycles = numberOf(record, 'service_cycles');
  return cycles === undefined ? undefined : `${formatCount(cycles)} cy`;
}

function sameSetting(comparison: Comparison, record: LabRecord): boolean {
  const setting = settingOf(record);
  const keys = new Set([...Object.keys(setting), ...Object.keys(comparison.parameters)]);
  return [...keys].every(key => setting[key] === comparison.parameters[key]);
}
