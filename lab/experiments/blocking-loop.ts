// One slow call on the main thread stops everything. How late does the loop answer what was ready long
// before, and how far does the pool of threads help?
import type { Experiment } from './experiment.ts';
import { HAZARD } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

/** How many operations a round, and in a short run, and how long one takes at most. */
const WORK: Readonly<Record<string, { operations: number; short: number; expected_ms: number }>> = {
  read: { operations: 25, short: 10, expected_ms: 25 },
  'look-up': { operations: 100, short: 50, expected_ms: 25 },
};
/** All threads of libuv's pool are kept from looking up a name; reading a stream needs none of them. */
const FULL_POOL = 'loop-full-pool';
const START_MS = 500;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'blocking-loop',
  title: 'The blocking call on the main thread',
  question: 'One call waits on the main thread: what becomes of everything else?',
  drivers: ['loop-free', 'loop-blocked', FULL_POOL],
  baseline: 'loop-free',
  shows: [
    {
      metric: 'beats',
      title: 'beats',
      meaning: 'beats: one a millisecond and one for each operation, to be answered',
    },
    { metric: 'late_share', title: 'late', meaning: 'late: by more than 5 ms' },
    { metric: 'latency_ns', title: 'answer', meaning: 'answer: time until a beat has its own' },
    {
      metric: 'meanwhile_per_op',
      title: 'meanwhile',
      meaning: 'meanwhile: beats answered while an operation was pending',
    },
    { metric: 'operation_ns', title: 'per op', meaning: 'per op: time of one operation' },
    { metric: 'stuck', title: 'stuck', meaning: 'stuck: operations that had no thread' },
  ],
  settings: {
    work: { meaning: 'what is waited for', default: 'both', values: Object.keys(WORK) },
  },
  plan: (stage, { set }) =>
    Object.keys(WORK)
      .filter(work => stage !== FULL_POOL || work === 'look-up')
      .filter(work => set.work === undefined || set.work === work)
      .map(work => ({ work })),
  cell(setting, { samples, short }, seed) {
    const { operations, short: few, expected_ms } = WORK[String(setting.work)]!;
    const all = samples ?? (short ? few : operations);
    const planned = { ...setting, operations: all };
    return stageCell('blocking-loop', planned, seed, START_MS + all * expected_ms);
  },
};
