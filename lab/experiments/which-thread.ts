// N operations are in flight: which threads wait, and which one runs the callback? Asked of the thread
// itself, on Windows (or Wine) and, for the twins, on Linux.
import type { Experiment } from './experiment.ts';
import { HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';
import { START_MS } from './parts/windows.ts';

const IN_FLIGHT = [1, 8, 64];
const SHORT_IN_FLIGHT = [8];
/** What a wait for many flags, or a table of the stages, still takes. */
const MOST_IN_FLIGHT = 1024;
const OPERATION_MS = 20;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'which-thread',
  title: 'Which thread?',
  question: 'Many operations are in flight: who waits for them, and who runs the callback?',
  drivers: [
    'callback-alertable',
    'callback-own-thread',
    'callback-pool-bind',
    'callback-pool-io',
    'open-overlapped',
    'open-plain',
    'twin-libuv',
    'twin-io-uring',
    'twin-io-uring-workers',
  ],
  rounds: 1,
  short_rounds: 1,
  shows: [
    {
      metric: 'in_flight',
      title: 'in flight',
      meaning: 'in flight: operations begun and not ended',
    },
    { metric: 'waiting_threads', title: 'wait', meaning: 'wait: threads blocked in an operation' },
    {
      metric: 'added_threads',
      title: 'added',
      meaning: 'added: threads that were not there before',
    },
    {
      metric: 'callback_threads',
      title: 'called by',
      meaning: 'called by: threads that ran callbacks',
    },
    { metric: 'on_submitter', title: 'own', meaning: 'own: callbacks on the thread that asked' },
  ],
  settings: {
    operations: { meaning: 'operations that are begun', default: IN_FLIGHT.join(', ') },
  },
  plan: (_stage, { short, set }) =>
    numbersOf(set, 'operations', short ? SHORT_IN_FLIGHT : IN_FLIGHT, MOST_IN_FLIGHT).map(
      operations => ({ operations }),
    ),
  cell: (setting, _request, seed) =>
    stageCell('which-thread', setting, seed, START_MS + Number(setting.operations) * OPERATION_MS),
};
