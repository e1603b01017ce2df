// Chooses the records behind a figure: of each machine one run, so that what is drawn together was
// measured together. Pure.
import { isRepeat } from '../../lab/records/compare.ts';
import type { Comparison, LabRecord, LabRunFile } from '../../lab/records/schema.ts';
import type { Loaded } from './records.ts';

export interface Query {
  readonly experiment: string;
  readonly device: string;
  readonly drivers?: readonly string[] | undefined;
  /** Settings wanted; a number takes the nearest setting that was measured. */
  readonly prefer?: Readonly<Record<string, string | number>> | undefined;
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
    const distance = (entry: T) => {
      const value = parametersOf(entry)[name];
      if (typeof wanted === 'number' && typeof value === 'number') {
        return value > 0 && wanted > 0
          ? Math.abs(Math.log(value / wanted))
          : Math.abs(value - wanted);
      }
      return String(value) === String(wanted) ? 0 : 1;
    };
    const least = Math.min(...having.map(distance));
    kept = [...having.filter(entry => distance(entry) === least), ...without];
  }
  return kept;
}

/**
 * One group per machine that has matching records: the run with the most drivers measured, of equal
 * ones the newest. Published machines by newest run first, the reader's own last.
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
  const best = new Map<string, Group & { measured: number }>();
  for (const all of runs.values()) {
    const [first] = all;
    if (first === undefined) continue;
    const group = {
      machine: first.machine,
      yours: first.yours,
      run_id: first.value.run_id,
      started: all.map(entry => entry.value.started).sort()[0]!,
      records: nearest(all, entry => entry.value.parameters, query.prefer).toSorted((a, b) =>
        a.value.id < b.value.id ? -1 : 1,
      ),
      measured: all.filter(entry => Object.keys(entry.value.metrics).length > 0).length,
    };
    const held = best.get(group.machine);
    if (
      held === undefined ||
      group.measured > held.measured ||
      (group.measured === held.measured && group.started > held.started)
    ) {
      best.set(group.machine, group);
    }
  }
  return [...best.values()].sort(
    (a, b) => Number(a.yours) - Number(b.yours) || (a.started > b.started ? -1 : 1),
  );
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
