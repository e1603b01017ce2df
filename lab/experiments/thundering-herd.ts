// Several threads wait for one device. How many of them does one event wake, and how many of those come in
// vain?
import type { Experiment } from './experiment.ts';
import { HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const WAITERS = [2, 4, 8, 16];
const SHORT_WAITERS = [8];
const MOST_WAITERS = 64;
const EVENTS = 200;
const SHORT_EVENTS = 50;
/** A waiter is a thread with an engine of its own. */
const START_MS = 200;
const EVENT_MS = 2;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'thundering-herd',
  title: 'The thundering herd',
  question: 'Many wait for one device: whom does an event wake?',
  drivers: ['herd-exclusive', 'herd-level', 'herd-shared', 'herd-shared-edge'],
  baseline: 'herd-exclusive',
  shows: [
    { metric: 'woken_per_op', title: 'woken', meaning: 'woken: threads that an event wakes' },
    {
      metric: 'returned_per_op',
      title: 'returned',
      meaning: 'returned: those whose wait then ended',
    },
    { metric: 'in_vain', title: 'in vain', meaning: 'in vain: and that found nothing, in all' },
    {
      metric: 'busiest_share',
      title: 'busiest',
      meaning: 'busiest: share of the events that one thread took',
    },
    { metric: 'latency_ns', title: 'taken', meaning: 'taken: time until the event was' },
  ],
  settings: {
    waiters: { meaning: 'threads that wait', default: WAITERS.join(', ') },
  },
  plan: (_stage, { samples, short, set }) =>
    numbersOf(set, 'waiters', short ? SHORT_WAITERS : WAITERS, MOST_WAITERS).map(waiters => ({
      events: samples ?? (short ? SHORT_EVENTS : EVENTS),
      waiters,
    })),
  cell: (setting, _request, seed) =>
    stageCell(
      'thundering-herd',
      setting,
      seed,
      Number(setting.waiters) * START_MS + Number(setting.events) * EVENT_MS,
    ),
};
