// Chooses the records behind a figure: of each machine one run, so that what is drawn together was
// measured together. Pure.
import { isRepeat } from '../../lab/records/compare.ts';
import type { Comparison, LabRecord, LabRunFile } from '../../lab/records/schema.ts';
import type { Library, Loaded } from './records.ts';

export interface Query {
  readonly experiment: string;
  readonly device: string;
  readonly drivers?: readonly string[] | undefined;
  /** Settings wanted; a number takes the nearest setting that was measured. */
  readonly prefer?: Readonly<Record<string, string | number>> | undefined;
  /** The setting that a figure runs over: a run that varied it comes before one that did not. */
  readonly over?: string | undefined;
}

export interface Group {
  readonly machine: string;
  readonly yours: boolean;
  readonly run_id: string;
  readonly started: string;
  readonly records: readonly Loaded<LabRecord>[];
}

/** `serial@/dev/…` belongs to `serial`. */
function sameDevice(device: string, wanted: string): boolean {
  return device === wanted || device.startsWith(`${wanted}@`);
}

/** How far a measured setting is from the one that is wanted; 0 where it is the same. */
function distanceOf(value: LabRecord['parameters'][string] | undefined, wanted: string | number) {
  if (typeof wanted === 'number' && typeof value === 'number') {
    return value > 0 && wanted > 0 ? Math.abs(Math.log(value / wanted)) : Math.abs(value - wanted);
  }
  return String(value) === String(wanted) ? 0 : 1;
}

/** Keep the records whose settings are nearest to what is wanted. */
export function nearest<T>(
  all: readonly T[],
  parametersOf: (entry: T) => LabRecord['parameters'],
  prefer: Query['prefer'],
): T[] {
  let kept = [...all];
  for (const [name, wanted] of Object.entries(prefer ?? {})) {
    const having = kept.filter(entry => parametersOf(entry)[name] !== undefined);
    // A driver without the setting (unsupported before it had one) stays: absence is data.
    const without = kept.filter(entry => parametersOf(entry)[name] === undefined);
    if (having.length === 0) continue;
    const distance = (entry: T) => distanceOf(parametersOf(entry)[name], wanted);
    const least = Math.min(...having.map(distance));
    kept = [...having.filter(entry => distance(entry) === least), ...without];
  }
  return kept;
}

/** How far the best of a run is from what is wanted, over all settings. */
function farOf(records: readonly Loaded<LabRecord>[], prefer: Query['prefer']): number {
  return Object.entries(prefer ?? {}).reduce((far, [name, wanted]) => {
    const having = records.filter(({ value }) => value.parameters[name] !== undefined);
    if (having.length === 0) return far;
    return far + Math.min(...having.map(({ value }) => distanceOf(value.parameters[name], wanted)));
  }, 0);
}

/**
 * One group per machine that has matching records: of the runs whose settings are nearest to what is
 * wanted one that varied what the figure runs over, of those the one with the most measured, of equal ones
 * the newest. Published machines in the same order, so that none that measured less stands before one that
 * measured more; the reader's own last.
 */
export function select(records: readonly Loaded<LabRecord>[], query: Query): Group[] {
  const matching = records.filter(
    ({ value }) =>
      value.experiment === query.experiment &&
      sameDevice(value.device, query.device) &&
      (query.drivers === undefined || query.drivers.includes(value.driver)) &&
      // The baseline's second self measures the noise of ratios; it is no row of its own.
      !isRepeat(value),
  );
  const runs = new Map<string, Loaded<LabRecord>[]>();
  for (const entry of matching) {
    const key = `${entry.machine}\n${entry.value.run_id}`;
    runs.set(key, [...(runs.get(key) ?? []), entry]);
  }
  const best = new Map<string, Group & Rank>();
  for (const all of runs.values()) {
    const [first] = all;
    if (first === undefined) continue;
    const measured = all.filter(entry => Object.keys(entry.value.metrics).length > 0);
    const kept = nearest(all, entry => entry.value.parameters, query.prefer);
    const group = {
      machine: first.machine,
      yours: first.yours,
      run_id: first.value.run_id,
      started: all.map(entry => entry.value.started).sort()[0]!,
      records: kept.toSorted((a, b) => (a.value.id < b.value.id ? -1 : 1)),
      far: farOf(measured, query.prefer),
      varied: query.over !== undefined && variedIn(measured, query.over),
      measured: kept.filter(entry => measured.includes(entry)).length,
    };
    const held = best.get(group.machine);
    if (held === undefined || isBetter(group, held)) best.set(group.machine, group);
  }
  return [...best.values()].sort(
    (a, b) => Number(a.yours) - Number(b.yours) || Number(isBetter(b, a)) - Number(isBetter(a, b)),
  );
}

/** A line needs two settings. */
const variedIn = (records: readonly Loaded<LabRecord>[], name: string): boolean =>
  new Set(records.map(({ value }) => value.parameters[name]).filter(one => one !== undefined))
    .size > 1;

interface Rank {
  readonly far: number;
  readonly varied: boolean;
  readonly measured: number;
  readonly started: string;
}

function isBetter(one: Rank, other: Rank): boolean {
  // A run that measured nothing is near to nothing.
  if ((one.measured === 0) !== (other.measured === 0)) return one.measured > 0;
  if (one.far !== other.far) return one.far < other.far;
  if (one.varied !== other.varied) return one.varied;
  if (one.measured !== other.measured) return one.measured > other.measured;
  return one.started > other.started;
}

/** The comparisons of a group's run that fit the query; empty where the run document is missing. */
export function comparisonsOf(
  runs: readonly Loaded<LabRunFile>[],
  group: Group,
  query: Query,
  metric: string,
): Comparison[] {
  const run = runs.find(
    entry => entry.machine === group.machine && entry.value.run_id === group.run_id,
  );
  const fitting = (run?.value.comparisons ?? []).filter(
    comparison =>
      comparison.experiment === query.experiment &&
      sameDevice(comparison.device, query.device) &&
      comparison.metric === metric &&
      (query.drivers === undefined || query.drivers.includes(comparison.driver)),
  );
  return nearest(fitting, comparison => comparison.parameters, query.prefer);
}

/** A number that a page asks for. */
export interface Asked {
  readonly experiment: string;
  readonly device: string;
  /** Any driver without it. */
  readonly driver?: string | undefined;
  readonly metric: string;
  readonly prefer?: Query['prefer'];
  /** With a baseline it is the paired ratio of the driver to it. */
  readonly baseline?: string | undefined;
}

export interface Answer {
  readonly entry: Loaded<LabRecord>;
  /** Where a ratio was asked. */
  readonly comparison: Comparison | undefined;
}

/**
 * The record that holds a number, and its comparison where a ratio is asked: of the first of the machines, as
 * figures choose them, that has it. In one run with the other drivers, so that numbers on a page belong
 * together: of the runs that have this driver, the one with the most.
 */
export function numberFor(all: Library, asked: Asked): Answer | undefined {
  const { experiment, device, driver, metric, prefer, baseline } = asked;
  const having = new Set(
    all.records
      .filter(one => driver === undefined || one.value.driver === driver)
      .map(one => one.value.run_id),
  );
  const within = all.records.filter(one => having.has(one.value.run_id));
  for (const group of select(within, { experiment, device, prefer })) {
    const entry = group.records.find(
      ({ value }) =>
        (driver === undefined || value.driver === driver) &&
        (baseline !== undefined || Object.hasOwn(value.metrics, metric)),
    );
    if (entry === undefined) continue;
    if (baseline === undefined) return { entry, comparison: undefined };
    const query = { experiment, device, drivers: [driver ?? ''], prefer };
    const comparison = comparisonsOf(all.runs, group, query, metric).find(
      one => one.baseline === baseline && one.verdict !== 'noise',
    );
    if (comparison !== undefined) return { entry, comparison };
  }
  return undefined;
}
