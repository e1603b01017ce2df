// Work for the processor beside a task that must answer quickly, on the same loop, in slices, and in a thread
// of its own: how late is the answer, and what does each cure cost the work?
import type { Experiment } from './experiment.ts';
import { HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const UNITS = 20;
const SHORT_UNITS = 8;
const UNIT_MS = 60;
const START_MS = 500;
const SLICES = [10, 100, 1000];
const SHORT_SLICES = [100];
const MOST_SLICES = 100_000;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'cpu-on-loop',
  title: 'Work on the loop',
  question: 'The loop computes for a while: who answers meanwhile?',
  drivers: ['work-on-loop', 'work-in-slices', 'work-in-worker'],
  baseline: 'work-on-loop',
  shows: [
    { metric: 'beats', title: 'beats', meaning: 'beats: one a millisecond, to be answered' },
    { metric: 'late_share', title: 'late', meaning: 'late: by more than 5 ms' },
    { metric: 'latency_ns', title: 'answer', meaning: 'answer: time until a beat has its own' },
    {
      metric: 'meanwhile_per_op',
      title: 'meanwhile',
      meaning: 'meanwhile: beats answered during a unit of work',
    },
    { metric: 'ops_per_s', title: 'work', meaning: 'work: units of it' },
  ],
  settings: {
    slices: {
      meaning: 'parts that a unit of work is cut into (work-in-slices)',
      default: SLICES.join(', '),
    },
  },
  plan: (stage, { short, set }) =>
    stage === 'work-in-slices'
      ? numbersOf(set, 'slices', short ? SHORT_SLICES : SLICES, MOST_SLICES).map(slices => ({
          slices,
        }))
      : [{}],
  cell(setting, { samples, short }, seed) {
    const units = samples ?? (short ? SHORT_UNITS : UNITS);
    return stageCell('cpu-on-loop', { ...setting, units }, seed, START_MS + units * UNIT_MS);
  },
};
