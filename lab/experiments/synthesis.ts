// Callbacks, event flags and a completion queue, each built twice: on polling alone and on an interrupt alone.
// What the asking costs and how late an answer is heard, over how often the program looks. Exact counts.
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';

const INTERVALS = [1, 4, 16, 64, 256, 1024, 4096];
const SHORT_INTERVALS = [1, 64, 4096];
const MOST_INTERVAL = 65_536;
const MOST_PACE = 1_000_000;
const USUAL = 400;
const LIMIT_MS = 10_000;
const EXPECTED_MS = 500;

export const experiment: Experiment = {
  id: 'synthesis',
  title: 'The two tools make all the rest',
  question:
    'Callbacks, flags and a queue, out of polling or an interrupt alone: what do they cost?',
  options: ['records'],
  devices: ['two-tools'],
  drivers: [
    'callback-polled',
    'callback-interrupt',
    'flag-polled',
    'flag-interrupt',
    'queue-polled',
    'queue-interrupt',
  ],
  programs: true,
  shows: [
    { metric: 'polls', title: 'polls', meaning: 'polls: how often devices were asked' },
    {
      metric: 'loads',
      title: 'loads',
      meaning: 'loads: how often flags or the ring were looked at',
    },
    { metric: 'interrupts', title: 'int', meaning: 'int: interrupts' },
    {
      metric: 'overhead_share',
      title: 'overhead',
      meaning: 'overhead: neither work nor a question or an answer',
    },
    { metric: 'taken_instructions', title: 'taken', meaning: 'taken: from the device, after' },
    { metric: 'latency_instructions', title: 'heard', meaning: 'heard: by the program, after' },
    { metric: 'out_of_order', title: 'disordered', meaning: 'disordered: after a younger one' },
  ],
  settings: {
    interval: {
      meaning: 'instructions of work between two looks',
      default: INTERVALS.join(', '),
    },
    pace: { meaning: 'instructions that a device takes for an answer', default: '4000' },
  },
  rounds: 1,
  short_rounds: 1,
  misfit: ({ id }) => (id === 'two-tools' ? undefined : 'its programs run on two-tools'),
  plan(_program, { records = [], set, short }) {
    const intervals = numbersOf(
      set,
      'interval',
      short ? SHORT_INTERVALS : INTERVALS,
      MOST_INTERVAL,
    );
    const [pace] = numbersOf(set, 'pace', [], MOST_PACE);
    return (records.length > 0 ? records : [USUAL]).flatMap(one =>
      intervals.map(interval => ({
        interval,
        records: one,
        ...(pace === undefined ? {} : { pace }),
      })),
    );
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
