// Where polling is all there is: the status-port loop of an 8080, the per-byte loop of a 6502 in four,
// three and two operations, and an interpreter that asks every N instructions. In exact cycles.
import type { Experiment, Setting } from './experiment.ts';

const LIMIT_MS = 10_000;
const EXPECTED_MS = 1000;
/** A 1541 disk drive at 1 MHz sends a byte every 26 to 32 cycles; at 16 the longer loops lose some. */
const PERIODS = [16, 26, 32];
const INTERVALS = [1, 4, 16, 64, 256, 1024, 4096];
const USUAL = 256;

export const experiment: Experiment = {
  id: 'tight-loop',
  title: 'Tight loops',
  question: 'With nothing but polling, how few operations can a byte cost, and what is lost?',
  options: ['records'],
  devices: ['i8080', 'mos6502', 'bytecode'],
  drivers: ['port-input', 'port-output', 'byte-four', 'byte-three', 'byte-two', 'poll-every-n'],
  programs: true,
  settings: {},
  rounds: 1,
  short_rounds: 1,
  misfit: ({ id }) =>
    ['i8080', 'mos6502', 'bytecode'].includes(id)
      ? undefined
      : 'it needs a machine that only polls',
  plan(program, { records = [], set }) {
    const counts = records.length > 0 ? records : [USUAL];
    return counts.flatMap(one => variants(program, set).map(each => ({ ...each, records: one })));
  },
  cell: setting => ({
    depth: 1,
    parameters: Object.fromEntries(
      Object.entries(setting).map(([key, value]) => [key, String(value)]),
    ),
    workload: { kind: 'program', limit_ms: LIMIT_MS },
    expected_ms: EXPECTED_MS,
  }),
};

function variants(program: string, set: Readonly<Record<string, string>>): readonly Setting[] {
  if (program.startsWith('byte-')) {
    const periods = set.period === undefined ? PERIODS : [numberIn(set.period)];
    return periods.map(period => ({ period }));
  }
  if (program !== 'poll-every-n') return [{}];
  const intervals = set.interval === undefined ? INTERVALS : [numberIn(set.interval)];
  return intervals.map(interval => ({ interval }));
}

/** What is no number goes on as it was written: the program says what it wants instead. */
const numberIn = (text: string): number | string => {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
};
