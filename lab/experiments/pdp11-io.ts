// Console, paper tape, disk and floppy of one PDP-11, each by polling, by interrupt and, where the machine
// has it, by DMA; with useful work meanwhile and without. All in exact counts of a simulated machine.
import type { Experiment } from './experiment.ts';

const LIMIT_MS = 10_000;
const EXPECTED_MS = 1000;

/** Operations of each device. */
const USUAL: Readonly<Record<string, number>> = {
  console: 64,
  tape: 512,
  disk: 8,
  floppy: 8,
  two: 512,
};

export const experiment: Experiment = {
  id: 'pdp11-io',
  title: 'Four ways on one PDP-11',
  question: 'Polled, by interrupt, by DMA: what does the same transfer cost on the same machine?',
  options: ['records'],
  devices: ['pdp11'],
  drivers: [
    'console-polled',
    'console-interrupt',
    'console-work',
    'tape-polled',
    'tape-interrupt',
    'tape-work',
    'floppy-read-polled',
    'floppy-read-interrupt',
    'disk-read-polled',
    'disk-read-interrupt',
    'disk-read-once',
    'disk-read-work',
    'disk-write-polled',
    'disk-write-interrupt',
    'two-vectored',
    'two-shared',
  ],
  programs: true,
  settings: {},
  rounds: 1,
  short_rounds: 1,
  misfit: device => (device.id === 'pdp11' ? undefined : 'it needs the PDP-11'),
  plan(program, { records = [] }) {
    const usual = USUAL[program.split('-')[0]!]!;
    return (records.length > 0 ? records : [usual]).map(one => ({ records: one }));
  },
  cell: setting => ({
    depth: 1,
    parameters: { records: String(setting.records) },
    workload: { kind: 'program', limit_ms: LIMIT_MS },
    expected_ms: EXPECTED_MS,
  }),
};
