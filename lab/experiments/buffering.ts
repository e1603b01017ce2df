// A stream's buffer collects small requests and crosses into the kernel once a threshold is reached: what
// does that save where requests are dense, and what does it delay where they are rare?
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const THRESHOLDS_BYTES = [1, 16, 256, 4096, 65_536, 1_048_576];
const SHORT_THRESHOLDS_BYTES = [1, 4096];
const RARE_HZ = [200];
const RARE_COUNT = 60;
const SHORT_RARE_COUNT = 20;
/** Warm-up, counted part, a process at the other end. */
const DENSE_MS = 1500;

export const experiment: Experiment = {
  id: 'buffering',
  title: 'Buffered streams',
  question: 'What does a buffer save where requests are many, and delay where they are rare?',
  options: ['rate'],
  devices: ['kernel'],
  drivers: ['output-collected', 'input-collected'],
  stages: true,
  shows: [
    { metric: 'ops_per_s', title: 'requests/s' },
    { metric: 'syscalls_per_op', title: 'calls', meaning: 'calls, CPU: per request of one byte' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    {
      metric: 'latency_ns',
      title: 'first',
      meaning: 'first: until the first byte is through (p50)',
    },
    {
      metric: 'left_bytes',
      title: 'left',
      meaning: 'left: bytes that only the end of the stream let go',
    },
  ],
  settings: {
    threshold_bytes: {
      meaning: 'size of the buffer; 1 is none',
      default: THRESHOLDS_BYTES.join(', '),
    },
    requests: {
      meaning: 'dense: as fast as they can be made; rare: some a second (--rate)',
      default: 'both',
      values: ['dense', 'rare'],
    },
  },
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it makes a pipe of its own'),
  plan(_stage, { rate_hz, set, short }) {
    const usual = short ? SHORT_THRESHOLDS_BYTES : THRESHOLDS_BYTES;
    const thresholds = countsOf(set, 'threshold_bytes', usual);
    const rates = rate_hz.length > 0 ? rate_hz : RARE_HZ;
    return [
      ...(set.requests === 'rare' ? [] : [{ requests: 'dense' }]),
      ...(set.requests === 'dense' ? [] : rates.map(rate => ({ requests: 'rare', rate_hz: rate }))),
    ].flatMap(how => thresholds.map(one => ({ ...how, threshold_bytes: one })));
  },
  cell(setting, { samples, short }, seed) {
    const count = samples ?? (short ? SHORT_RARE_COUNT : RARE_COUNT);
    const rare_ms = setting.rate_hz === undefined ? 0 : (1000 * count) / Number(setting.rate_hz);
    const cell = stageCell('buffering', setting, seed, DENSE_MS + rare_ms);
    return { ...cell, parameters: { ...cell.parameters, count: String(count) } };
  },
};
