// What `iolab run` prints at its end and `iolab show` prints of a run: per experiment and device one
// table, the signature plot, and lines that say what was measured, on what, and how surely. What
// was not measured is listed with its reason and the way out.
import { isRepeat } from '../../records/compare.ts';
import type { Comparison, Fit, LabRecord, LabRun, Skipped } from '../../records/schema.ts';
import { type ColourDepth, createPaint, type Paint } from './colour.ts';
import { countTable, isCounted } from './counts.ts';
import { fitLines } from './fits.ts';
import { formatRatioInterval, formatTime, formatWhole, plainText } from './format.ts';
import { mechanismOf } from './mechanisms.ts';
import { type PlotPoint, signaturePlot } from './plot.ts';
import { distributionOf, floorOf, numberOf, resultTable, VERDICT, VERDICT_LEGEND } from './rows.ts';
import { parameterLabel, settingLabel, sharedParameters } from './settings.ts';
import { groupSkipped } from './skipped.ts';
import { renderTable, wrap } from './table.ts';

export interface ReportOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: ColourDepth | boolean;
}

/** The parts of a run that a report needs; records alone will do. */
export type Reportable = Pick<LabRun, 'records'> &
  Partial<Pick<LabRun, 'comparisons' | 'fits' | 'skipped'>>;

/** Tables and plots of a run, as text that ends with a line feed. */
export function reportRun(run: Reportable, { width, colour }: ReportOptions): string {
  const paint = createPaint(colour);
  const groups = Map.groupBy(run.records, one =>
    JSON.stringify([one.experiment, one.device, one.place]),
  );
  const lines: string[] = [];
  for (const records of groups.values()) {
    const { experiment, device } = records[0]!;
    const comparisons = (run.comparisons ?? []).filter(
      one => one.experiment === experiment && one.device === device,
    );
    const fits = (run.fits ?? []).filter(
      one => one.experiment === experiment && one.device === device,
    );
    lines.push(...reportGroup(records, { comparisons, fits }, { width, paint }), '');
  }
  lines.push(...skippedLines(run, width, paint));
  const host = run.records[0];
  if (host) lines.push(...wrap(machineLine(host), width, '  ').map(paint.dim));
  return `${lines.join('\n').trimEnd()}\n`;
}

interface Look {
  readonly width: number;
  readonly paint: Paint;
}

function reportGroup(
  records: readonly LabRecord[],
  {
    comparisons,
    fits,
  }: { readonly comparisons: readonly Comparison[]; readonly fits: readonly Fit[] },
  { width, paint }: Look,
): string[] {
  const measured = records.filter(one => Object.keys(one.metrics).length > 0 && !isRepeat(one));
  const first = records[0]!;
  const { shared, differing } = sharedParameters(measured.length > 0 ? measured : records);
  const place = first.place === 'host' ? '' : `in ${first.place}`;
  const heading = [
    first.experiment,
    first.device,
    place,
    settingLabel(shared, Object.keys(shared)),
  ];
  const title = wrap(heading.filter(Boolean).join(' · '), width).map(paint.bold);
  if (measured.length === 0) return [...title, 'Nothing was measured.'];
  const peers = comparisons.filter(one => one.baseline.startsWith('peer:'));
  const ours = comparisons.filter(one => !one.baseline.startsWith('peer:'));
  const latency = ours.filter(one => one.metric === mainMetric(ours));
  const drivers = latency.filter(one => one.verdict !== 'noise');
  const counted = isCounted(measured) ? countTable(measured, { paint, differing }) : undefined;
  const { columns, rows } = counted ?? resultTable(measured, drivers, { paint, differing });
  return [
    ...title,
    ...renderTable(columns, rows, { width, dim: paint.dim }),
    ...wrap(counted?.legend ?? '', width, '  ').map(paint.dim),
    ...wrap(evidenceLine(measured), width, '  ').map(paint.dim),
    ...fitLines(fits).flatMap(line => wrap(line, width, '  ')),
    ...ratioLines(drivers, latency, differing).flatMap(line =>
      wrap(line, width, '  ').map(paint.dim),
    ),
    ...peerLines(peers, differing).flatMap(line => wrap(line, width, '  ')),
    ...noteLines(measured).flatMap(line => wrap(line, width, '  ')),
    ...plotOf(measured, differing, { width, paint }),
  ];
}

/** The metric of the ratio column. */
function mainMetric(comparisons: readonly Comparison[]): string | undefined {
  // Where operations overlap, latency alone says little: throughput is the headline there.
  const has = (metric: string) => comparisons.some(one => one.metric === metric);
  return ['ops_per_s', 'latency_ns'].find(has) ?? comparisons[0]?.metric;
}

/**
 * One plot per device: of the setting that most drivers have, so that all marks compare. Where one driver's
 * settings lie between drivers that have none, all are there: a way from one end to the other.
 */
function plotOf(
  records: readonly LabRecord[],
  differing: readonly string[],
  { width, paint }: Look,
): string[] {
  const settings = Map.groupBy(records, one => settingLabel(one.parameters, differing));
  const isWay = settings.has('') && isOfOne(settings);
  const [label, most] = isWay
    ? (['', records] as const)
    : [...settings].reduce((a, b) => (b[1].length > a[1].length ? b : a));
  const points = most.flatMap((record): PlotPoint[] => {
    const latency = distributionOf(record, 'latency_ns');
    const y_ns = numberOf(record, 'cpu_ns_per_op');
    if (!latency || y_ns === undefined) return [];
    const { interval } = latency;
    return [
      {
        label: isWay ? settingLabel(record.parameters, differing) || record.driver : record.driver,
        mechanism: mechanismOf(record.driver),
        x_ns: latency.p50,
        ...(interval ? { x_interval: interval } : {}),
        y_ns,
      },
    ];
  });
  if (points.length < 2) return [];
  const x_title = ['latency p50', label && `at ${label}`].filter(Boolean).join(' ');
  const plot = signaturePlot(points, { width, paint, height: 17, x_title });
  return plot.length > 0 ? ['', ...plot] : [];
}

/** Does one driver alone have settings, each of them once? */
const isOfOne = (settings: ReadonlyMap<string, readonly LabRecord[]>): boolean => {
  const chosen = [...settings].filter(([label]) => label !== '').map(([, records]) => records);
  const drivers = new Set(chosen.flat().map(one => one.driver));
  return drivers.size === 1 && chosen.every(records => records.length === 1);
};

/** `stand-in device, virtual processor · n 3 000 in 15 rounds · seed 7`. */
export function evidenceLine(records: readonly LabRecord[]): string {
  const { evidence, seed } = records[0]!;
  const range = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low === high ? formatWhole(low) : `${formatWhole(low)} to ${formatWhole(high)}`;
  };
  const n = range(records.map(one => one.rounds.reduce((sum, round) => sum + round.n, 0)));
  const floor_ns = Math.max(...records.map(floorOf));
  const rounds = range(records.map(one => one.rounds.length));
  const timed = records.some(one => Object.values(one.metrics).some(({ kind }) => kind === 'time'));
  return [
    `${evidence.device} device, ${evidence.processor} processor`,
    `n\u00a0${n} in ${rounds} ${rounds === '1' ? 'round' : 'rounds'}`,
    ...(floor_ns > 0 && timed ? [`floor ${formatTime(floor_ns)}`] : []),
    `seed ${seed}`,
  ].join(' · ');
}

function ratioLines(
  drivers: readonly Comparison[],
  all: readonly Comparison[],
  differing: readonly string[],
): string[] {
  const first = all[0];
  if (!first) return [];
  const lines: string[] = [];
  if (drivers.length > 0) {
    lines.push(`ratio: ${first.metric} over ${first.baseline}, round by round; ${VERDICT_LEGEND}`);
  }
  const noise = all.filter(one => one.verdict === 'noise');
  if (noise.length > 0) {
    const each = noise.map(one => {
      const setting = settingLabel(one.parameters, differing);
      return `${formatRatioInterval(one.ratio, one.interval)}${setting ? ` at ${setting}` : ''}`;
    });
    lines.push(`noise: ${first.baseline} against itself (A/A) ${each.join(', ')}`);
  }
  return lines;
}

/** Ours over a peer's at the same setting: throughput, processor time, and the peer's own noise. */
function peerLines(all: readonly Comparison[], differing: readonly string[]): string[] {
  const wanted = all.filter(one => PEER_METRICS[one.metric] !== undefined);
  const groups = Map.groupBy(wanted, one =>
    [one.driver, one.baseline, PEER_METRICS[one.metric]].join('\n'),
  );
  return [...groups.values()].map(group => {
    const { driver, baseline, metric } = group[0]!;
    const each = group.map(one => {
      const setting = settingLabel(one.parameters, differing);
      const mark = one.verdict === 'noise' ? '' : ` ${VERDICT[one.verdict]}`;
      const at = setting ? ` at ${setting}` : '';
      return `${formatRatioInterval(one.ratio, one.interval)}${mark}${at}`;
    });
    const who =
      driver === baseline ? `${driver} against itself (A/A)` : `${driver} over ${baseline}`;
    return `${who}, ${PEER_METRICS[metric]}: ${each.join(', ')}`;
  });
}

const PEER_METRICS: Readonly<Record<string, string>> = {
  ops_per_s: 'ops/s',
  cpu_ns_per_op: 'CPU/op',
};

/** What a reader must know beside the numbers: partial and failed records, and their notes. */
function noteLines(records: readonly LabRecord[]): string[] {
  const lines = records
    .filter(one => one.status !== 'ok')
    .map(one => {
      const setting = Object.entries(one.parameters).map(([k, v]) => parameterLabel(k, v));
      const why = one.reason ? `: ${one.reason}` : '';
      const done = `${one.rounds.length} of ${one.rounds_planned} rounds`;
      return `${one.status}: ${[one.driver, ...setting].join(' ')}, ${done}${why}`;
    });
  const notes = new Set(records.flatMap(one => one.notes ?? []));
  return [...lines, ...[...notes].map(note => `note: ${note}`)];
}

/** Not measured, once per device, driver and reason, whether it became a record or a skip. */
function skippedLines(run: Reportable, width: number, paint: Paint): string[] {
  const fromRecords = run.records
    .filter(one => Object.keys(one.metrics).length === 0)
    .map((one): Skipped => {
      const { device, driver, errno } = one;
      const reason = one.reason ?? one.status;
      return { device, driver, reason, fix: one.fix ?? '', ...(errno ? { errno } : {}) };
    });
  const lines = groupSkipped([...fromRecords, ...(run.skipped ?? [])]);
  if (lines.length === 0) return [];
  return [paint.bold('Not measured'), ...lines.flatMap(one => wrap(`- ${one}`, width, '  ')), ''];
}

/** `Machine: Fake CPU, 2 processors (virtual), linux 6.0 x64`. */
export function machineLine({ host }: LabRecord): string {
  const { cpu_model, cpus, processor, os, kernel, arch } = host;
  return plainText(
    `machine: ${cpu_model}, ${cpus} CPU${cpus === 1 ? '' : 's'} (${processor}), ${os} ${kernel} ${arch}`,
  );
}
