// A callback that starts the next operation: how deep does the stack grow where operations finish at
// once, and what does the cure cost?

import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const CHAINS = [10, 1000, 100_000];
const SHORT_CHAINS = [1000];
const EXPECTED_MS = 500;

export const experiment: Experiment = {
  id: 'stack-depth',
  title: 'Callbacks and the stack',
  question: 'A callback starts the next operation: how deep does the stack grow?',
  options: ['records'],
  devices: ['kernel'],
  drivers: ['direct', 'trampoline', 'tick'],
  baseline: 'direct',
  stages: true,
  shows: [
    { metric: 'frames', title: 'deep', meaning: 'deep: operations on the stack at once' },
    { metric: 'completed', title: 'done' },
    { metric: 'lost', title: 'lost', meaning: 'lost: operations that never ran' },
    { metric: 'cost_ns_per_op', title: 'per op', meaning: 'per op: time of one, in chains of 50' },
  ],
  settings: {},
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: (_stage, { records = [], short }) =>
    (records.length > 0 ? records : short ? SHORT_CHAINS : CHAINS).map(one => ({ records: one })),
  cell: (setting, _request, seed) => stageCell('stack-depth', setting, seed, EXPECTED_MS),
};
