// Flows that share nothing and speak by messages: what does one cost, how fast is a message at the next flow,
// and who hears of it where a flow waits in vain or crashes?
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

interface Reach {
  readonly counts: readonly number[];
  readonly short: readonly number[];
}

/** How many flows of each kind can be had: the heavier, the fewer. */
const REACH: Readonly<Record<string, Reach>> = {
  'mail-worker': { counts: [2, 16], short: [2] },
  'mail-ring': { counts: [2, 16], short: [2] },
  'mail-pipe': { counts: [2, 16], short: [2] },
  'mail-actor': { counts: [2, 1000, 200_000], short: [2] },
  'mail-erlang': { counts: [2, 1000, 10_000, 200_000], short: [2, 10_000] },
};
const EXPECTED_MS = 10_000;

export const experiment: Experiment = {
  id: 'message-passing',
  title: 'Flows that speak by messages',
  question: 'Threads, processes or lightweight processes that pass messages: what does each cost?',
  options: [],
  devices: ['kernel'],
  drivers: Object.keys(REACH),
  stages: true,
  shows: [
    { metric: 'create_ns_per_op', title: 'to make', meaning: 'to make: time of one flow' },
    { metric: 'bytes_per_op', title: 'bytes', meaning: 'bytes: that one holds while it waits' },
    {
      metric: 'threads_made',
      title: 'threads',
      meaning: 'threads: of the system, that came with the flows',
    },
    { metric: 'hop_ns', title: 'hop', meaning: 'hop: one message, from a flow to the next' },
    { metric: 'ops_per_s', title: 'per second', meaning: 'per second: messages to one flow' },
    {
      metric: 'taken_unread',
      title: 'unread',
      meaning: 'unread: messages taken while nobody received',
    },
    {
      metric: 'gave_up',
      title: 'gave up',
      meaning: 'gave up: of two who waited for each other',
    },
    { metric: 'crashes_told', title: 'told', meaning: 'told: of a crash' },
  ],
  fits: [
    { metric: 'create_ns', over: 'count' },
    { metric: 'memory_bytes', over: 'count' },
  ],
  settings: { count: { meaning: 'flows in the ring', default: '2 to 200000, by kind' } },
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: (stage, { set, short }) => {
    const { counts, short: few } = REACH[stage] ?? { counts: [1], short: [1] };
    return countsOf(set, 'count', short ? few : counts).map(count => ({ count }));
  },
  cell: (setting, _request, seed) => stageCell('message-passing', setting, seed, EXPECTED_MS),
};
