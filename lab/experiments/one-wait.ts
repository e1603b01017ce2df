// A program waits for more than one thing: can one call wait for all of them, and does it tell them apart?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const TRIES = 50;
const SHORT_TRIES = 10;
const MOST_TRIES = 2000;
const TRY_MS = 10;

export const experiment: Experiment = {
  id: 'one-wait',
  title: 'One wait for all',
  question: 'Data, signals, timers, processes, flags: can one call wait for all of them?',
  options: [],
  devices: ['kernel'],
  drivers: ['wait-five', 'wait-three'],
  stages: true,
  shows: [
    { metric: 'tries', title: 'tries' },
    { metric: 'waits', title: 'waits', meaning: 'waits: calls that waited' },
    { metric: 'data_events', title: 'data' },
    { metric: 'signal_events', title: 'signal' },
    { metric: 'timer_events', title: 'timer' },
    { metric: 'timeouts', title: 'timeout' },
    { metric: 'process_events', title: 'process' },
    { metric: 'flag_events', title: 'flag' },
    { metric: 'cpu_ns_per_op', title: 'CPU/event' },
  ],
  settings: {},
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: () => [{}],
  cell(setting, { samples, short }, seed) {
    const tries = Math.min(MOST_TRIES, samples ?? (short ? SHORT_TRIES : TRIES));
    return stageCell('one-wait', { ...setting, tries }, seed, tries * TRY_MS);
  },
};
