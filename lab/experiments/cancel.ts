// A read waits, and the program gives it up. When does the kernel's operation really end, and who gets
// the next message?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const TRIES = 20;
const SHORT_TRIES = 5;
const MOST_TRIES = 1000;
const TRY_MS = 60;

export const experiment: Experiment = {
  id: 'cancel',
  title: 'Cancelling in flight',
  question: 'A read is given up while it waits: has it ended, and who gets the next message?',
  options: [],
  devices: ['kernel'],
  drivers: ['cancel-signal', 'cancel-close', 'cancel-ring', 'cancel-readiness'],
  stages: true,
  shows: [
    { metric: 'tries', title: 'tries' },
    {
      metric: 'still_waiting',
      title: 'still there',
      meaning: 'still there: operations that went on after the program was told that they are over',
    },
    {
      metric: 'swallowed_messages',
      title: 'swallowed',
      meaning: 'swallowed: messages that the cancelled read took',
    },
    { metric: 'latency_ns', title: 'told', meaning: 'told: until the program was told' },
  ],
  settings: {},
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: () => [{}],
  cell(setting, { samples, short }, seed) {
    const tries = Math.min(MOST_TRIES, samples ?? (short ? SHORT_TRIES : TRIES));
    return stageCell('cancel', { ...setting, tries }, seed, tries * TRY_MS);
  },
};
