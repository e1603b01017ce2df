// Ten thousand descriptors are watched and one has something to say: what does it cost to hear of it,
// and how does that grow? A law cost = a + b·n, where b is what one more silent descriptor costs.
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const DESCRIPTORS = [1, 10, 100, 1000, 3000, 10_000];
const SHORT_DESCRIPTORS = [1, 300, 1000];
const EXPECTED_MS = 4000;

export const experiment: Experiment = {
  id: 'scale',
  title: 'Ten thousand descriptors',
  question: 'Many descriptors are watched and few have something to say: what does hearing cost?',
  options: [],
  devices: ['kernel'],
  drivers: ['watch-select', 'watch-poll', 'watch-epoll', 'watch-kqueue', 'watch-io-uring'],
  baseline: 'watch-epoll',
  stages: true,
  shows: [
    { metric: 'cost_ns', title: 'cost', meaning: 'cost: of one event, from the wait to its data' },
    { metric: 'wait_ns', title: 'wait', meaning: 'wait: in the call that waits' },
    { metric: 'find_ns', title: 'find', meaning: 'find: looking which one it was' },
    { metric: 'cpu_ns_per_op', title: 'CPU', meaning: 'CPU: with the write that makes the event' },
  ],
  fits: [
    { metric: 'cost_ns', over: 'descriptors' },
    { metric: 'cpu_ns_per_op', over: 'descriptors' },
  ],
  settings: {
    descriptors: { meaning: 'how many are watched', default: '1 to 10000' },
  },
  rounds: 10,
  short_rounds: 6,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: (_stage, { set, short }) =>
    countsOf(set, 'descriptors', short ? SHORT_DESCRIPTORS : DESCRIPTORS).map(descriptors => ({
      descriptors,
    })),
  cell: (setting, _request, seed) => stageCell('scale', setting, seed, EXPECTED_MS),
};
