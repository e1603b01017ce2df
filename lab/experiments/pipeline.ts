// Four steps on a stream of bytes: in one process, in a chain of processes joined by pipes, or dealt out
// to processes that do all four. When do the pipes and the wake-ups pay?
import type { Experiment, Setting } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const CHUNKS_BYTES = [512, 65_536];
const PASSES = [1, 16];
const EXPECTED_MS = 4000;

export const experiment: Experiment = {
  id: 'pipeline',
  title: 'Pipelines of processes',
  question: 'Four steps on a stream: one process, a chain of four, or four side by side?',
  options: [],
  devices: ['kernel'],
  drivers: ['pipe-inside', 'pipe-chain', 'pipe-fork-join'],
  baseline: 'pipe-inside',
  stages: true,
  shows: [
    { metric: 'bytes_per_s', title: 'throughput' },
    {
      metric: 'latency_ns',
      title: 'on its way',
      meaning: 'on its way: one chunk, from end to end',
    },
    { metric: 'cpu_ns_per_op', title: 'CPU', meaning: 'CPU: of all processes, for one chunk' },
    { metric: 'cpu_share', title: 'busy', meaning: 'busy: processors at work at once' },
  ],
  settings: {
    chunk_bytes: { meaning: 'bytes of one chunk, 1 to 65536', default: '512 and 65536' },
    passes: { meaning: 'how often each step goes over a chunk', default: '1 and 16' },
  },
  rounds: 10,
  short_rounds: 6,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan: (_stage, { set }) =>
    countsOf(set, 'chunk_bytes', CHUNKS_BYTES).flatMap(chunk_bytes =>
      countsOf(set, 'passes', PASSES).map((passes): Setting => ({ chunk_bytes, passes })),
    ),
  cell: (setting, _request, seed) => stageCell('pipeline', setting, seed, EXPECTED_MS),
};
