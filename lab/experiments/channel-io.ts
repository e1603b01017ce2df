// N records by one channel program, by N channel programs, and by asking: what does the processor do
// in each, and how does it grow with N? On a System/390, where channel programs come from.
import type { Experiment } from './experiment.ts';

const RECORDS = [10, 100, 1000];
const SHORT_RECORDS = [10, 100];
const LIMIT_MS = 5000;
const EXPECTED_MS = 1000;

/** A track holds so many, and a reader is as slow as cards. */
const FEWER: Readonly<Record<string, readonly number[]>> = {
  'disk-search': [10, 50, 100],
  'reader-interrupt': [5, 10, 20],
  'reader-polled': [5, 10, 20],
};

export const experiment: Experiment = {
  id: 'channel-io',
  title: 'Channel I/O',
  question: 'A channel can carry out a program of its own: what is left to the processor?',
  options: ['records'],
  devices: ['s390'],
  drivers: [
    'channel-chained',
    'channel-each',
    'channel-polled',
    'scatter-gather',
    'disk-search',
    'reader-interrupt',
    'reader-polled',
  ],
  programs: true,
  settings: {},
  // Counts are exact. Only what asks can differ, and its records say so.
  rounds: 1,
  short_rounds: 1,
  misfit: device => (device.id === 's390' ? undefined : 'it needs a machine with channels: s390'),
  plan(program, { records = [], short }) {
    const usual = FEWER[program] ?? (short ? SHORT_RECORDS : RECORDS);
    return (records.length > 0 ? records : usual).map(one => ({ records: one }));
  },
  cell: setting => ({
    depth: 1,
    parameters: { records: String(setting.records) },
    workload: { kind: 'program', limit_ms: LIMIT_MS },
    expected_ms: EXPECTED_MS,
  }),
};
