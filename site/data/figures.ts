// Turns what a page asks for into drawn figures: which records, which command where there are none,
// and the facts that stand in the caption. One figure per machine that measured it.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import { INTERVAL_ROUNDS } from '../../lab/measure/statistics.ts';
import type { LabRecord, LabRunFile } from '../../lab/records/schema.ts';
import { counts } from '../figures/counts.ts';
import { cycles, cyclesFrame } from '../figures/cycles.ts';
import {
  type Drawn,
  type Item,
  notMeasured,
  samples,
  sharedSettings,
  withRanges,
} from '../figures/figure.ts';
import { setting, whole } from '../figures/format.ts';
import { histogram } from '../figures/histogram.ts';
import { type Band, isApproximate, ledger } from '../figures/ledger.ts';
import { meanwhile } from '../figures/meanwhile.ts';
import { modeMechanism } from '../figures/modes.ts';
import { quantiles } from '../figures/quantiles.ts';
import { ratios } from '../figures/ratios.ts';
import { scaling } from '../figures/scaling.ts';
import { sharedFrame, signature } from '../figures/signature.ts';
import { split } from '../figures/split.ts';
import { stack } from '../figures/stack.ts';
import type { Library, Loaded } from './records.ts';
import { comparisonsOf, type Group, type Query, select } from './select.ts';

export type Kind =
  | 'signature'
  | 'quantiles'
  | 'histogram'
  | 'scaling'
  | 'split'
  | 'ratios'
  | 'cycles'
  | 'counts'
  | 'ledger'
  | 'meanwhile'
  | 'stack';

/** On a board the colour is the firmware's mechanism; how the host waits changes no count there. */
const OF_THE_BOARD: ReadonlySet<Kind> = new Set<Kind>(['cycles', 'counts', 'ledger', 'meanwhile']);

export interface Request extends Query {
  readonly kind: Kind;
  readonly id: string;
  readonly title: string;
  readonly metric?: string | undefined;
  /** scaling: the setting across. */
  readonly over?: string | undefined;
  /** scaling, counts: title of the axis of values. */
  readonly unit_title?: string | undefined;
  /** quantiles, ratios, cycles, counts: the setting that tells rows apart; scaling: lines. */
  readonly by?: string | undefined;
  /** cycles, counts: the settings that make the bands. */
  readonly group?: readonly string[] | undefined;
  /** ledger: what its columns count. */
  readonly metrics?: readonly string[] | undefined;
  /** ledger: rows in this order under these headings; the drivers asked for are theirs. */
  readonly bands?: readonly Band[] | undefined;
  /** counts: the total that the metric is part of. */
  readonly of?: string | undefined;
  /** ratios: only comparisons with this driver. */
  readonly baseline?: string | undefined;
  /** signature, cycles: devices drawn in one frame on this page, so that figures can be compared. */
  readonly frame_devices?: readonly string[] | undefined;
  /** Only this machine's records. */
  readonly machine?: string | undefined;
}

export interface Shown {
  readonly drawn: Drawn;
  readonly group: Group | undefined;
  readonly records: readonly Loaded<LabRecord>[];
  readonly run: Loaded<LabRunFile> | undefined;
  /** Caption: n, interval, settings. Machine and evidence are added where they can be links. */
  readonly facts: readonly string[];
  readonly command: string;
}

/** A recorded command as it can be typed in a copy of the project. */
export function shownCommand(command: string): string {
  return command.startsWith('iolab ') ? `npx ${command}` : command;
}

/** What a reader types to measure this: the record's own command, or one that asks for it. */
export function commandFor(request: Request, record: LabRecord | undefined): string {
  if (record !== undefined) return shownCommand(record.command);
  const parts = ['npx iolab run', request.experiment, '--device', request.device];
  if (request.device.startsWith('vm:')) parts.push('--in vm');
  if (request.drivers !== undefined) parts.push('--driver', request.drivers.join(','));
  const rate = request.prefer?.rate_hz;
  if (rate !== undefined) parts.push('--rate', String(rate));
  if (request.baseline?.startsWith('peer:fio') === true) parts.push('--peer fio');
  return parts.join(' ');
}

function range(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? whole(low) : `${whole(low)} to ${whole(high)}`;
}

/**
 * What is counted on a simulator is exact; what is counted on a running system is near the same. Wine is
 * one, though it stands for another.
 */
const exactWords = (records: readonly LabRecord[]): string =>
  records.some(({ evidence, place }) => evidence.device !== 'simulated' || place === 'wine')
    ? 'counts of a running system, which differ a little from run to run'
    : simulatedWords(records);

const simulatedWords = (records: readonly LabRecord[]): string =>
  records.some(record => isApproximate({ record, mechanism: 'reference' }))
    ? 'exact counts, no interval; approximate (≈) where a program asks a device that keeps the host’s time'
    : 'exact counts, no interval';

/** Bars of a ledger have no room for intervals; beside times that has to be said. */
const withoutIntervals = (records: readonly LabRecord[], metrics: readonly string[]): string =>
  records.some(record => metrics.some(name => record.metrics[name]?.kind === 'time'))
    ? `times: medians of the rounds, their ${isFew(records) ? 'ranges' : '95 % intervals'} in the table`
    : exactWords(records);

/** Below this no 95 % interval can be given: what stands for it is the whole range (lab/measure/statistics.ts). */
const isFew = (records: readonly LabRecord[]): boolean =>
  Math.min(...records.map(record => record.rounds.length)) < INTERVAL_ROUNDS;

/** How each kind draws its intervals. */
function intervalWords(kind: Kind, records: readonly LabRecord[]): string {
  const few = isFew(records);
  const over = few ? 'whole range of so few rounds' : '95 % bootstrap interval over rounds';
  const words: Readonly<Partial<Record<Kind, string>>> = {
    quantiles: `pale bands: ${over}, of the medians`,
    histogram: `hairlines: medians, their ${few ? 'ranges' : '95 % intervals'} in the table`,
    ratios: `pale bands: ${over}`,
    split: `pale bands: ${over}`,
    stack: `hairlines: ${over}`,
  };
  return words[kind] ?? `bars: ${over}`;
}

/** n, rounds, interval and shared settings of what was drawn. Exact counts have no interval. */
export function factsOf(
  records: readonly LabRecord[],
  exact = false,
  metrics: readonly string[] = [],
  kind: Kind = 'signature',
): string[] {
  const measured = records.filter(record => record.rounds.length > 0);
  if (measured.length === 0) return [];
  const rounds = range(measured.map(record => record.rounds.length));
  return [
    `n = ${range(measured.map(samples))} each, in ${rounds} ${rounds === '1' ? 'round' : 'rounds'}`,
    exact ? withoutIntervals(measured, metrics) : intervalWords(kind, measured),
    ...sharedSettings(measured),
  ];
}

const bandOf = (drivers: readonly string[] | undefined): Band[] | undefined =>
  drivers === undefined ? undefined : [{ title: '', drivers }];

/** A figure with bands asks for the drivers that they name. */
function wholeRequest(request: Request): Request {
  const { bands, drivers } = request;
  if (bands === undefined || drivers !== undefined) return request;
  return { ...request, drivers: bands.flatMap(band => band.drivers) };
}

/** A classic machine's record: all that it holds was counted, nothing was timed. */
const isCount = (record: LabRecord): boolean =>
  record.evidence.processor === 'emulated' &&
  Object.values(record.metrics).every(metric => metric.kind === 'count');

function drawGroup(
  request: Request,
  group: Group,
  all: Library,
  mechanismOf: (driver: string) => Mechanism,
): Drawn {
  const { kind } = request;
  const options = {
    id: group.yours ? `${request.id}-yours` : request.id,
    title: request.title,
  };
  const itemOf = ({ value }: Loaded<LabRecord>): Item => ({
    record: value,
    // All layers of the stack sleep until the line wakes them: that is one mechanism.
    mechanism:
      kind === 'stack'
        ? 'interrupt'
        : ((OF_THE_BOARD.has(kind) ? modeMechanism(value) : undefined) ??
          mechanismOf(value.driver)),
  });
  const items = group.records.map(itemOf);
  const metric = request.metric ?? 'latency_ns';
  /** What the same machine measured on the devices that share a frame. */
  const framed = (request.frame_devices ?? []).flatMap(device =>
    select(all.records, { ...request, device })
      .filter(other => other.machine === group.machine)
      .flatMap(other => other.records.map(itemOf)),
  );
  switch (kind) {
    case 'signature': {
      if (framed.length === 0) return signature(items, options);
      return signature(items, { ...options, frame: sharedFrame(framed) });
    }
    case 'quantiles':
      return quantiles(items, {
        ...options,
        metric,
        ...(request.by === undefined ? {} : { by: request.by }),
      });
    case 'histogram':
      return histogram(items, { ...options, metric });
    case 'scaling':
      return scaling(items, {
        ...options,
        metric,
        over: request.over ?? 'depth',
        by: request.by,
        unit_title: request.unit_title ?? metric.replace(/_/g, ' '),
      });
    case 'split':
      return split(items, options);
    case 'cycles': {
      const name = request.metric ?? 'service_cycles';
      return cycles(items, {
        ...options,
        metric: name,
        group: request.group?.[0] ?? 'load',
        by: request.by ?? 'mode',
        frame: framed.length === 0 ? undefined : cyclesFrame(framed, name),
      });
    }
    case 'counts':
      return counts(items, {
        ...options,
        metric,
        of: request.of,
        group: request.group ?? [],
        by: request.by ?? 'mode',
        unit_title: request.unit_title ?? metric.replace(/_/g, ' '),
      });
    case 'ledger':
      return ledger(items, {
        ...options,
        metrics: request.metrics ?? ['instructions', 'polls', 'interrupts'],
        bands: request.bands ?? bandOf(request.drivers),
        by: request.by === undefined ? [] : [request.by],
      });
    case 'meanwhile':
      return meanwhile(items, { ...options, drivers: request.drivers ?? [] });
    case 'stack':
      return stack(items, options);
    case 'ratios': {
      const pairs = comparisonsOf(all.runs, group, request, metric)
        .filter(one => request.baseline === undefined || one.baseline === request.baseline)
        .map(comparison => ({ comparison, mechanism: mechanismOf(comparison.driver) }));
      return ratios(pairs, { ...options, by: request.by ?? 'depth' });
    }
  }
}

/** The published figure (or "not measured yet"), then the reader's own where there is one. */
export function figuresFor(
  asked: Request,
  all: Library,
  mechanismOf: (driver: string) => Mechanism,
): { shown: Shown[]; elsewhere: string[] } {
  const request = wholeRequest(asked);
  const groups = select(all.records, request).filter(
    group => request.machine === undefined || group.yours || group.machine === request.machine,
  );
  const published = groups.filter(group => !group.yours);
  const drawings = new Map<Group, Drawn>();
  const drawingOf = (group: Group): Drawn => {
    const drawn = drawings.get(group) ?? drawGroup(request, group, all, mechanismOf);
    drawings.set(group, drawn);
    return drawn;
  };
  // A machine that lacks what is drawn here blanks no figure that another one can draw.
  const first = published.find(group => !drawingOf(group).empty) ?? published[0];
  const chosen = [...(first ? [first] : []), ...groups.filter(group => group.yours)];
  const shown: Shown[] = chosen.map(group => {
    const records = group.records;
    const measured = records.map(({ value }) => value).filter(one => one.rounds.length > 0);
    const given = drawingOf(group);
    const drawn = measured.length > 0 && isFew(measured) ? withRanges(given) : given;
    return {
      drawn,
      group,
      records,
      run: all.runs.find(
        ({ machine, value }) => machine === group.machine && value.run_id === group.run_id,
      ),
      facts: factsOf(
        records.map(({ value }) => value),
        OF_THE_BOARD.has(request.kind) || group.records.every(({ value }) => isCount(value)),
        request.kind === 'ledger' ? request.metrics : [],
        request.kind,
      ),
      // A run that lacks what is drawn here is not measured by its own command.
      command: commandFor(request, drawn.empty ? undefined : records[0]?.value),
    };
  });
  if (published.length === 0) {
    shown.unshift({
      drawn: notMeasured(request),
      group: undefined,
      records: [],
      run: undefined,
      facts: [],
      command: commandFor(request, undefined),
    });
  }
  const elsewhere = published.filter(group => group !== first).map(({ machine }) => machine);
  return { shown, elsewhere };
}

/** "depth 8" of a record among its siblings: the settings that differ within the group. */
export function recordName(record: LabRecord, among: readonly LabRecord[]): string {
  const differing = Object.entries(record.parameters).filter(([name, value]) =>
    among.some(other => other.parameters[name] !== value),
  );
  return [record.driver, ...differing.map(([name, value]) => setting(name, value))].join(', ');
}
