// Two flows, one device: what goes wrong when both write, and what a mutex, a semaphore or an owner
// mends. A board judges: it answers whole frames, and no others.
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const FRAMES = 40;
const MOST_FRAMES = 100;
/** A frame and its answer on the line, and the silence after a lost one. */
const FRAME_MS = 160;

export const experiment: Experiment = {
  id: 'two-writers',
  title: 'Two writers',
  question: 'Two flows write to one board: how many frames arrive whole?',
  options: [],
  devices: ['uno'],
  drivers: ['writers-free', 'writers-mutex', 'writers-semaphore', 'writers-owner'],
  baseline: 'writers-mutex',
  stages: true,
  shows: [
    { metric: 'sent_frames', title: 'sent', meaning: 'sent, answered, lost: frames' },
    { metric: 'answered_frames', title: 'answered' },
    { metric: 'lost_frames', title: 'lost' },
    {
      metric: 'latency_ns',
      title: 'p50',
      meaning: 'p50: from asking to the answer, where one came',
    },
  ],
  settings: {},
  rounds: 6,
  short_rounds: 3,
  misfit: ({ board }) => (board ? undefined : 'it needs a board that answers frames'),
  plan: () => [{ flows: 2 }],
  cell(setting, { samples, short }, seed) {
    const frames = Math.min(MOST_FRAMES, samples ?? (short ? FRAMES / 2 : FRAMES));
    return stageCell('two-writers', { ...setting, frames }, seed, 2 * frames * FRAME_MS);
  },
};
