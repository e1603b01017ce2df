// A signal interrupts a call that sleeps. Which calls does the kernel resume, what becomes of those that it
// does not, and of a program that takes them for failed?
import type { Experiment } from './experiment.ts';
import { HAZARD } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const CALLS = ['read', 'poll', 'select', 'epoll_wait', 'nanosleep'];
const WAITS = 20;
const SHORT_WAITS = 5;
/** An endless one is ended after 25 signals, 2 ms apart. */
const WAIT_MS = 55;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'interrupted-call',
  title: 'The interrupted call',
  question: 'A signal comes while a call sleeps: is what it waited for still had?',
  drivers: ['interrupted-naive', 'interrupted-restart', 'interrupted-anew', 'interrupted-retry'],
  // A signal that the processor delivers late may find the sleep over: the counts may vary a little.
  rounds: 3,
  short_rounds: 1,
  shows: [
    { metric: 'waits', title: 'waits' },
    { metric: 'interrupted', title: 'EINTR', meaning: 'EINTR: calls that ended so' },
    { metric: 'finished', title: 'finished', meaning: 'finished: had what they waited for' },
    { metric: 'given_up', title: 'given up' },
    { metric: 'endless', title: 'endless', meaning: 'endless: no end while signals come' },
  ],
  settings: {
    call: { meaning: 'the call that sleeps', default: 'all', values: CALLS },
  },
  plan: (_stage, { samples, short, set }) =>
    CALLS.filter(call => set.call === undefined || set.call === call).map(call => ({
      call,
      waits: samples ?? (short ? SHORT_WAITS : WAITS),
    })),
  cell: (setting, _request, seed) =>
    stageCell('interrupted-call', setting, seed, Number(setting.waits) * WAIT_MS),
};
