// A receive that picks one message out of a full mailbox: how does its cost grow with what waits there, and
// what helps?
import type { Experiment } from './experiment.ts';
import { HAZARD } from './parts/hazards.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const WAITING = [1, 100, 1000, 10_000, 100_000];
const SHORT_WAITING = [1, 1000];
const EXPECTED_MS = 3000;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'selective-receive',
  title: 'One message out of many',
  question: 'What does it cost to pick an answer out of a mailbox in which other messages wait?',
  drivers: ['pick-actor', 'pick-actor-marked', 'pick-erlang', 'pick-erlang-marked'],
  shows: [
    { metric: 'latency_ns', title: 'answer', meaning: 'answer: from the question to it' },
    {
      metric: 'looked_at_per_op',
      title: 'looked at',
      meaning: 'looked at: messages compared for one answer',
    },
    { metric: 'left_over', title: 'left', meaning: 'left: in the mailbox afterwards, in order' },
  ],
  fits: [{ metric: 'latency_ns', over: 'waiting' }],
  settings: {
    waiting: { meaning: 'messages that wait in the mailbox', default: '1 to 100000' },
  },
  plan: (_stage, { set, short }) =>
    countsOf(set, 'waiting', short ? SHORT_WAITING : WAITING).map(waiting => ({ waiting })),
  cell: (setting, _request, seed) => stageCell('selective-receive', setting, seed, EXPECTED_MS),
};
