// Tables of what boards and classic machines count: one row per setting, a column per setting that
// differs, then cycles, losses and costs. Counts of one driver need no column for it, except where the
// driver is a program; and no processor time of the host's.
import type { Mechanism } from '../../drivers/driver.ts';
import { experimentIds, findExperiment } from '../../experiments/find.ts';
import { machineIds } from '../../machines/find.ts';
import type { LabRecord, Metric } from '../../records/schema.ts';
import { MARKS, type Paint } from './colour.ts';
import {
  formatByteRate,
  formatCount,
  formatRate,
  formatShare,
  formatTime,
  formatWhole,
} from './format.ts';
import { distributionOf, driverCell, numberOf } from './rows.ts';
import { parameterName, parameterValue } from './settings.ts';
import type { Cell, Column } from './table.ts';

/** The mechanism that a mode of the lab's firmware stands for. */
const MODES: Readonly<Record<string, Mechanism>> = {
  polled: 'polling',
  interrupt: 'interrupt',
  'interrupt+ring': 'interrupt',
  dma: 'dma',
};

interface Field extends Column {
  readonly cell: (record: LabRecord) => string | undefined;
  /** What the title stands for, in the line beneath the table. */
  readonly meaning?: string;
}

const right = (title: string, cell: Field['cell'], meaning?: string): Field => ({
  title,
  align: 'right',
  cell,
  ...(meaning ? { meaning } : {}),
});

/** Every digit of a whole count is true; means are rounded to three. */
const exact = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100 ? formatWhole(value) : formatCount(value);

const total = (name: string) => (record: LabRecord) => {
  const value = numberOf(record, name);
  return value === undefined ? undefined : exact(value);
};

const quantile = (name: string, which: 'min' | 'p50' | 'max') => (record: LabRecord) => {
  const metric = distributionOf(record, name);
  return metric && exact(metric[which]);
};

const share = (name: string) => (record: LabRecord) => {
  const value = numberOf(record, name);
  return value === undefined ? undefined : formatShare(value);
};

const STACK = right('stack', total('stack_bytes'), 'stack: bytes of one receive interrupt');
const ASLEEP = right('asleep', share('asleep_share'), 'asleep: share of the cycles');
const ANSWER = right('answer', quantile('answer_cycles', 'p50'), 'answer: to the answer (p50)');

/** The columns of each experiment that counts; others show what they share. */
const COLUMNS: Readonly<Record<string, readonly Field[]>> = {
  'service-latency': [
    right(
      'min',
      quantile('service_cycles', 'min'),
      'min, p50, max: cycles from arrival to service',
    ),
    right('p50', quantile('service_cycles', 'p50')),
    right('max', quantile('service_cycles', 'max')),
    ANSWER,
    right('int', total('interrupts'), 'int: interrupts'),
    right('polls', total('polls')),
    STACK,
    ASLEEP,
  ],
  overrun: [
    right('bytes', total('sent_bytes')),
    right('lost', total('lost_bytes')),
    right('share', share('lost_share')),
    right('frames', total('sent_frames')),
    right('lost', total('lost_frames'), 'bytes and frames: sent, and lost or damaged'),
    right('overruns', total('uart_overruns'), 'overruns: as the receiver reports them'),
    ASLEEP,
  ],
  'torn-read': [
    right('reads', total('reads')),
    right('torn', total('torn_reads')),
    right('share', share('torn_share')),
    right('writes', total('writes'), 'writes: of the handler meanwhile'),
  ],
  'dma-block': [
    right('B/wake', total('bytes_per_wakeup'), 'B/wake: bytes per wake-up'),
    right('wake/kB', total('wakeups_per_kB')),
    right('int/kB', total('interrupts_per_kB'), 'kB: 1000 bytes received'),
    ANSWER,
    right('max', quantile('answer_cycles', 'max'), 'max: of the answer, in cycles'),
    right('lost', total('lost_bytes')),
    STACK,
    ASLEEP,
  ],
};

const timeOf = (name: string) => (record: LabRecord) => {
  const time_us = numberOf(record, name);
  return time_us === undefined ? undefined : formatTime(time_us * 1000);
};

const latency = (which: 'p50' | 'max') => (record: LabRecord) =>
  quantile('latency_cycles', which)(record) ?? quantile('latency_instructions', which)(record);

/** Counts that the host's speed can touch are marked so in their record's notes. */
const counted = (name: string) => (record: LabRecord) => {
  const text = total(name)(record);
  const rough = record.notes?.some(note => note.startsWith('approximate')) === true;
  return text !== undefined && text !== '0' && rough ? `~${text}` : text;
};

/** What programs of classic machines count; each record fills the columns that it has. */
const PROGRAM: readonly Field[] = [
  right('instr', counted('instructions'), 'instr: instructions executed'),
  right('cycles', total('cycles')),
  right('loop', total('loop_cycles'), 'loop: cycles a byte where none is waited for'),
  right('c/byte', total('cycles_per_byte'), 'c/byte: cycles a byte'),
  right('int', total('interrupts'), 'int: interrupts'),
  right('starts', total('io_starts'), 'starts: of transfers'),
  right('polls', counted('polls')),
  right('held', total('held_cycles'), 'held: cycles in which the device held the processor'),
  right('turns', total('useful_turns'), 'turns: of useful work meanwhile'),
  right('busy', share('busy_share'), 'busy: share of the time'),
  right('commands', total('channel_commands'), 'commands: that the channel carried out'),
  right('time', timeOf('simulated_us'), 'time: simulated'),
  right('waiting', timeOf('waiting_us'), 'waiting: of the processor, doing nothing'),
  right(
    'around',
    timeOf('turnaround_us'),
    'around: mean time until the printer has a job’s last line',
  ),
  right('held', timeOf('processor_held_us'), 'held: mean time until a job left the processor'),
  right('lost', total('lost_bytes'), 'lost: bytes'),
  right('late', latency('p50'), 'late, max: from arrival to fetch, in cycles or instructions'),
  right('max', latency('max')),
];

const MACHINES: ReadonlySet<string> = new Set(machineIds());

/** Of a classic machine; in a virtual machine all else runs on an emulated processor, too. */
const isProgram = ({ device }: LabRecord): boolean => MACHINES.has(device);

/** The columns that an experiment says it is about (experiment.ts). */
const SHOWN = new Map(
  (await Promise.all(experimentIds().map(findExperiment))).flatMap(({ id, shows }) =>
    shows === undefined
      ? []
      : [[id, shows.map(one => right(one.title, shownCell(one.metric), one.meaning))] as const],
  ),
);

/** A metric in its own unit; of a distribution the median. */
function shownCell(name: string) {
  return (record: LabRecord): string | undefined => {
    const value = numberOf(record, name);
    return value === undefined ? undefined : inUnit(value, record.metrics[name]!);
  };
}

function inUnit(value: number, { unit }: Metric): string {
  if (unit === 'ns' || unit === 'ns/op') return formatTime(value);
  if (unit === 'µs') return formatTime(value * 1000);
  if (unit === 'op/s') return formatRate(value);
  if (unit === 'B/s') return formatByteRate(value);
  if (unit === '1') return formatShare(value);
  return exact(value);
}

const columnsOf = (record: LabRecord): readonly Field[] | undefined =>
  SHOWN.get(record.experiment) ?? (isProgram(record) ? PROGRAM : COLUMNS[record.experiment]);

/** Do these records hold nothing but counts of a board or of a machine, or what their experiment shows? */
export function isCounted(records: readonly LabRecord[]): boolean {
  return records.every(
    one => columnsOf(one) !== undefined && (SHOWN.has(one.experiment) || !one.metrics.latency_ns),
  );
}

/** Header and cells, and the line that explains the titles. */
export function countTable(
  records: readonly LabRecord[],
  { paint, differing }: { readonly paint: Paint; readonly differing: readonly string[] },
): { columns: Column[]; rows: (Cell | string)[][]; legend: string } {
  const programs = isProgram(records[0]!);
  const named = programs || SHOWN.has(records[0]!.experiment);
  const fields = (columnsOf(records[0]!) ?? []).filter(field =>
    records.some(record => field.cell(record) !== undefined),
  );
  const several = named || new Set(records.map(one => one.driver)).size > 1 || fields.length === 0;
  const settings = differing.map(key => ({ key, title: TITLES[key] ?? parameterName(key) }));
  const stub = (title: string): Column => ({ title, align: 'left', stub: true });
  return {
    columns: [
      ...(several ? [stub(programs ? '  program' : named ? '  driver' : 'driver')] : []),
      ...settings.map(({ key, title }) => stub(key === 'mode' ? `  ${title}` : title)),
      ...fields,
    ],
    rows: records.map(record => [
      ...(several ? [named ? driverCell(record.driver, paint) : record.driver] : []),
      ...settings.map(({ key }) => settingCell(key, record.parameters[key], paint)),
      ...fields.map(field => field.cell(record) ?? '–'),
    ]),
    legend: fields.flatMap(field => field.meaning ?? []).join('; '),
  };
}

const TITLES: Readonly<Record<string, string>> = {
  block_bytes: 'block',
  width_bytes: 'width',
  records: 'n',
};

function settingCell(
  key: string,
  value: LabRecord['parameters'][string] | undefined,
  paint: Paint,
): Cell | string {
  const text = value === undefined ? '–' : parameterValue(key, value);
  const mechanism = key === 'mode' ? MODES[text] : undefined;
  if (!mechanism) return text;
  return { text, mark: MARKS[mechanism], paintMark: mark => paint.mechanism(mechanism, mark) };
}
