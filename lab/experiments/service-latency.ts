// A byte arrives at a board that is busy: how long until its firmware takes it, and does it matter what
// else the program does? Counted in cycles by the board's own timer.
import type { Experiment } from './experiment.ts';
import { EXACT, load, mode, modesAndLoads, pace } from './parts/firmware.ts';

const SAMPLES = 300;
const SHORT_SAMPLES = 100;
/** Two short exchanges on an emulator. */
const SAMPLE_MS = 10;
const START_MS = 1000;

export const experiment: Experiment = {
  ...EXACT,
  id: 'service-latency',
  title: 'Service latency',
  question: 'A byte arrives while the program is busy: how many cycles until it is served?',
  devices: ['uno', 'pico'],
  settings: { mode, load, pace },
  plan: (_driver, request, target) => modesAndLoads(request, target),
  cell(setting, { samples, short }) {
    const count = samples ?? (short ? SHORT_SAMPLES : SAMPLES);
    return {
      depth: 1,
      parameters: {},
      fresh: true,
      workload: {
        kind: 'dialogue',
        plan: {
          script: 'service-latency',
          mode: String(setting.mode),
          load: String(setting.load),
          samples: count,
        },
      },
      expected_ms: START_MS + count * SAMPLE_MS,
    };
  },
};
