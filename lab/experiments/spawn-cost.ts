// A flow of one's own for every device: what does it cost to make a process, a thread, a worker or a
// coroutine, and how much memory does each hold while it waits?
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

interface Reach {
  readonly counts: readonly number[];
  readonly short: readonly number[];
}

/** How many of each can be had: the heavier, the fewer. */
const REACH: Readonly<Record<string, Reach>> = {
  'process-small': { counts: [1, 10, 100, 1000], short: [1, 10, 100] },
  'process-node': { counts: [1, 4, 16], short: [1, 2, 4] },
  'thread-posix': { counts: [1, 100, 1000, 10_000], short: [1, 100, 1000] },
  'thread-worker': { counts: [1, 8, 64], short: [1, 4, 8] },
  coroutine: { counts: [1, 1000, 100_000], short: [1, 1000, 10_000] },
};
/** Of the longest; most take a tenth of it. */
const EXPECTED_MS = 10_000;

export const experiment: Experiment = {
  id: 'spawn-cost',
  title: 'What a flow costs',
  question: 'A process, a thread or a coroutine for each flow: what does one cost?',
  options: [],
  devices: ['kernel'],
  drivers: Object.keys(REACH),
  stages: true,
  shows: [
    { metric: 'create_ns_per_op', title: 'to make', meaning: 'to make: time of one' },
    { metric: 'latency_ns', title: 'median' },
    { metric: 'bytes_per_op', title: 'bytes', meaning: 'bytes: that one holds while it waits' },
    { metric: 'memory_bytes', title: 'together', meaning: 'together: bytes of all of them' },
  ],
  fits: [
    { metric: 'create_ns', over: 'count' },
    { metric: 'memory_bytes', over: 'count' },
  ],
  settings: { count: { meaning: 'how many are made', default: '1 to 100000, by kind' } },
  rounds: 10,
  short_rounds: 6,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: (stage, { set, short }) => {
    const { counts, short: few } = REACH[stage] ?? { counts: [1], short: [1] };
    return countsOf(set, 'count', short ? few : counts).map(count => ({ count }));
  },
  cell: (setting, _request, seed) => stageCell('spawn-cost', setting, seed, EXPECTED_MS),
};
