// Promises that keep making promises: how long does everything else wait, and how often must a flood of small
// tasks yield to the loop?
import type { Experiment } from './experiment.ts';
import { HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const TASKS = 200_000;
const FLOODS = 10;
const SHORT_FLOODS = 5;
const FLOOD_MS = 150;
const EVERY = [10, 100, 1000, 10_000];
const SHORT_EVERY = [1000];

export const experiment: Experiment = {
  ...HAZARD,
  id: 'microtask-flood',
  title: 'A flood of microtasks',
  question: 'Promises make promises: when does anything else have its turn?',
  drivers: ['flood-promises', 'flood-ticks', 'flood-yielding'],
  baseline: 'flood-promises',
  shows: [
    { metric: 'tasks', title: 'tasks', meaning: 'tasks: of one flood' },
    {
      metric: 'before_turn',
      title: 'turn',
      meaning: 'turn, input, timer: most tasks before the loop had a turn, and served each of them',
    },
    { metric: 'before_input', title: 'input' },
    { metric: 'before_timer', title: 'timer' },
    { metric: 'latency_ns', title: 'late', meaning: 'late: the timer, after it was due' },
    { metric: 'ops_per_s', title: 'tasks/s' },
  ],
  settings: {
    every: {
      meaning: 'tasks between two turns of the loop (flood-yielding)',
      default: EVERY.join(', '),
    },
  },
  plan: (stage, { short, set }) =>
    stage === 'flood-yielding'
      ? numbersOf(set, 'every', short ? SHORT_EVERY : EVERY, TASKS).map(every => ({ every }))
      : [{}],
  cell(setting, { samples, short }, seed) {
    const floods = samples ?? (short ? SHORT_FLOODS : FLOODS);
    const planned = { ...setting, floods, tasks: TASKS };
    return stageCell('microtask-flood', planned, seed, floods * FLOOD_MS);
  },
};
