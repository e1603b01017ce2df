// Closing while reads are in flight: are they over, and whose are the buffers? A safe demonstration: the
// memory stays mapped, so the late writes are counted and damage nothing.
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const DEPTHS = [32, 256];
const SHORT_DEPTHS = [32];
const EXPECTED_MS = 1000;

export const experiment: Experiment = {
  id: 'close-in-flight',
  title: 'Closing in flight',
  question: 'A program closes its queue with reads in flight: who writes into its buffers then?',
  options: ['depth'],
  devices: ['file'],
  drivers: ['close-abandon', 'close-drain'],
  stages: true,
  shows: [
    { metric: 'reads', title: 'in flight' },
    {
      metric: 'changed_buffers',
      title: 'overwritten',
      meaning: 'overwritten: buffers that the kernel wrote to after the close had returned',
    },
    { metric: 'latency_ns', title: 'close', meaning: 'close: how long closing took' },
  ],
  settings: {
    bytes: { meaning: 'size of the temporary file', default: '33554432' },
  },
  device_settings: { bytes: '33554432' },
  rounds: 6,
  short_rounds: 3,
  misfit: ({ kind }) => (kind === 'block' ? undefined : 'it needs a block device or a file'),
  plan: (_stage, { depth, short }) =>
    (depth.length > 0 ? depth : short ? SHORT_DEPTHS : DEPTHS).map(one => ({ depth: one })),
  cell: (setting, _request, seed) => stageCell('close-in-flight', setting, seed, EXPECTED_MS),
};
