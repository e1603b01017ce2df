// A synchronous function must wait for an asynchronous one: who brings the answer while the thread sleeps?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const TRIES = 10;
const SHORT_TRIES = 3;
const MOST_TRIES = 1000;
const TRY_MS = 220;

export const experiment: Experiment = {
  id: 'blocking-bridge',
  title: 'The blocking bridge',
  question: 'A thread sleeps until an asynchronous function has its answer: does it ever come?',
  options: [],
  devices: ['kernel'],
  drivers: ['bridge-same-loop', 'bridge-other-loop'],
  stages: true,
  shows: [
    { metric: 'tries', title: 'tries' },
    { metric: 'answered', title: 'answered' },
    {
      metric: 'deadlocks',
      title: 'deadlocks',
      meaning: 'deadlocks: waits that had to be given up',
    },
    { metric: 'latency_ns', title: 'p50', meaning: 'p50: until the answer, where one came' },
  ],
  settings: {},
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: () => [{}],
  cell(setting, { samples, short }, seed) {
    const tries = Math.min(MOST_TRIES, samples ?? (short ? SHORT_TRIES : TRIES));
    return stageCell('blocking-bridge', { ...setting, tries }, seed, tries * TRY_MS);
  },
};
