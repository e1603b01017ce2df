// Small messages over UDP: sent and received one by one, in batches, through registered files and
// buffers, and by one receive that stays armed. What does each cost, and how evenly do they come?
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const BURSTS = [1, 8, 64];
const SHORT_BURSTS = [1, 64];
const EXPECTED_MS = 1500;

export const experiment: Experiment = {
  id: 'small-messages',
  title: 'Small messages',
  question: 'Many small messages: what do batches, registration and multishot save, and what wait?',
  options: [],
  devices: ['kernel'],
  drivers: ['udp-plain', 'udp-batched', 'udp-registered', 'udp-multishot'],
  baseline: 'udp-plain',
  stages: true,
  shows: [
    { metric: 'ops_per_s', title: 'rate' },
    { metric: 'syscalls_per_op', title: 'calls', meaning: 'calls: system calls for each message' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    { metric: 'latency_ns', title: 'transit', meaning: 'transit: from its sending to its receipt' },
    {
      metric: 'jitter_ns',
      title: 'jitter',
      meaning: 'jitter: how far the transit differs from that of the message before',
    },
  ],
  settings: {
    burst: { meaning: 'messages sent before the first is received, 1 to 64', default: '1, 8, 64' },
  },
  rounds: 15,
  short_rounds: 6,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: (_stage, { set, short }) =>
    countsOf(set, 'burst', short ? SHORT_BURSTS : BURSTS).map(burst => ({ burst })),
  cell: (setting, _request, seed) => stageCell('small-messages', setting, seed, EXPECTED_MS),
};
