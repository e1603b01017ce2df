// Two operations finish before the program waits for their event flag. Does it hear of both, and what does
// a flag for every operation cost as more of them are pending?
import type { Experiment } from './experiment.ts';
import { HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const TURNS = 4000;
const SHORT_TURNS = 1000;
const PENDING = [1, 2, 10, 100, 1000];
const SHORT_PENDING = [1, 10, 1000];
/** Each flag is a descriptor, and a process may have some thousand. */
const MOST_PENDING = 4000;
/** Events of Windows: one wait takes 64 of them, and not one more. */
const PENDING_EVENTS = [1, 2, 64, 65];
const SHORT_PENDING_EVENTS = [2, 65];
const EXPECTED_MS = 300;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'lost-event',
  title: 'The lost event',
  question: 'A second completion comes before the wait: does an event flag tell of both?',
  drivers: ['flag-counted', 'flag-plain', 'flag-semaphore', 'flag-each'],
  baseline: 'flag-counted',
  windows: {
    drivers: ['event-semaphore', 'event-auto-reset', 'event-each', 'event-port'],
    baseline: 'event-semaphore',
  },
  shows: [
    { metric: 'raised', title: 'raised', meaning: 'raised: flags, one for every operation' },
    { metric: 'handled', title: 'handled' },
    { metric: 'lost', title: 'lost', meaning: 'lost: operations that nothing tells of any more' },
    { metric: 'latency_ns', title: 'per op', meaning: 'per op: waiting for one and finding it' },
  ],
  fits: [{ metric: 'latency_ns', over: 'pending' }],
  settings: {
    pending: {
      meaning: 'operations that may finish',
      default: `${PENDING.join(', ')}; events of Windows ${PENDING_EVENTS.join(', ')}`,
    },
  },
  plan: (stage, { samples, short, set }) =>
    numbersOf(set, 'pending', pendingOf(stage, short), MOST_PENDING).map(pending => ({
      turns: samples ?? (short ? SHORT_TURNS : TURNS),
      pending,
    })),
  cell: (setting, _request, seed) => stageCell('lost-event', setting, seed, EXPECTED_MS),
};

function pendingOf(stage: string, short: boolean): readonly number[] {
  if (stage.startsWith('event-')) return short ? SHORT_PENDING_EVENTS : PENDING_EVENTS;
  return short ? SHORT_PENDING : PENDING;
}
