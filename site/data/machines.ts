// The published machines: who they are, what the lab costs there, which runs they hold. Pure.
import type { Floor, Host, LabRecord, LabRunFile } from '../../lab/records/schema.ts';
import { cell, middle, quantity } from '../figures/format.ts';
import type { Library, Loaded } from './records.ts';

export interface MachineRun {
  readonly run_id: string;
  readonly started: string;
  readonly command: string;
  readonly document: Loaded<LabRunFile> | undefined;
  readonly records: readonly Loaded<LabRecord>[];
}

export interface Machine {
  readonly name: string;
  readonly yours: boolean;
  /** As audited by the newest record. */
  readonly host: Host;
  readonly floor: Floor | undefined;
  readonly evidence: readonly LabRecord['evidence']['device'][];
  readonly runs: readonly MachineRun[];
}

/** Machines by name, the reader's own last; runs newest first. */
export function machinesOf(library: Library): Machine[] {
  const names = [...new Set(library.records.map(({ machine }) => machine))];
  const machines = names.map(name => {
    const records = library.records.filter(({ machine }) => machine === name);
    const newest = records.toSorted((a, b) => (a.value.started < b.value.started ? 1 : -1));
    const ids = [...new Set(newest.map(({ value }) => value.run_id))];
    return {
      name,
      yours: newest[0]!.yours,
      host: newest[0]!.value.host,
      floor: newest.find(({ value }) => value.floor !== undefined)?.value.floor,
      evidence: [...new Set(newest.map(({ value }) => value.evidence.device))].sort(),
      runs: ids.map(run_id => {
        const mine = records.filter(({ value }) => value.run_id === run_id);
        const document = library.runs.find(
          ({ machine, value }) => machine === name && value.run_id === run_id,
        );
        return {
          run_id,
          started: mine.map(({ value }) => value.started).sort()[0]!,
          command: document?.value.command ?? mine[0]!.value.command,
          document,
          records: mine.toSorted((a, b) => (a.value.id < b.value.id ? -1 : 1)),
        };
      }),
    };
  });
  return machines.sort((a, b) => Number(a.yours) - Number(b.yours) || (a.name < b.name ? -1 : 1));
}

/** Counts that an experiment without a latency is about: metric, words after it, the whole it is of. */
const COUNTED: readonly (readonly [metric: string, words: string, whole?: string])[] = [
  ['service_cycles', 'cycles to service'],
  ['torn_reads', 'reads torn', 'reads'],
  ['bytes_per_wakeup', 'bytes per wake-up'],
  ['lost_bytes', 'bytes lost', 'sent_bytes'],
  ['instructions', 'instructions'],
];

/** What a record says first: its median latency, or what it counted; a dash where it has neither. */
export function headline(record: LabRecord): string {
  if (middle(record, 'latency_ns') !== undefined) return cell(record, 'latency_ns');
  for (const [metric, words, whole] of COUNTED) {
    const found = middle(record, metric);
    if (found === undefined) continue;
    const all = whole === undefined ? undefined : middle(record, whole);
    const of = all === undefined ? '' : ` of ${quantity(all.value, 'B')}`;
    const unit = Number.isInteger(found.value) ? 'B' : '1';
    return `${quantity(found.value, unit)}${of} ${words}`;
  }
  return '–';
}
