// N records by one channel program, by N channel programs, and by asking: what does the processor do
// in each, and how does it grow with N? On a System/390, where channel programs come from.
import type { Experiment } from './experiment.ts';

const RECORDS = [10, 100, 1000];
const SHORT_RECORDS = [10, 100];
const LIMIT_MS = 5000;
const EXPECTED_MS = 1000;

/** What a program can move within a second: a track holds so many, a reader is as slow as cards. */
const FEWER: Readonly<Record<string, { most: number; usual: readonly number[] }>> = {
  'disk-search': { most: 100, usual: [10, 50, 100] },
  'reader-interrupt': { most: 50, usual: [5, 10, 20] },
  'reader-polled': { most: 50, usual: [5, 10, 20] },
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
    const few = FEWER[program];
    const usual = few?.usual ?? (short ? SHORT_RECORDS : RECORDS);
    if (records.length === 0) return usual.map(one => ({ records: one }));
    const most = few?.most ?? Number.POSITIVE_INFINITY;
    const fitting = records.filter(one => one <= most);
    return (fitting.length > 0 ? fitting : [most]).map(one => ({ records: one }));
  },
  cell: setting => ({
    depth: 1,
    parameters: { records: String(setting.records) },
    workload: { kind: 'program', limit_ms: LIMIT_MS },
    expected_ms: EXPECTED_MS,
  }),
};
