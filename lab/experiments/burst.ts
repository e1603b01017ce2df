// Bytes come in bursts. An interrupt for each, none at all, or one that begins and polling that goes on:
// how often is the program called, how often does it ask, and how late is it?
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const SIZES = [1, 32];
const MOST_BYTES = 4096;
const BURSTS = 25;
const SHORT_BURSTS = 15;
const GAP_US = 20_000;
const MOST_GAP_US = 1_000_000;
const START_MS = 2500;

export const experiment: Experiment = {
  id: 'burst',
  title: 'Bursts',
  question: 'An interrupt begins and polling goes on: what does that save, and when?',
  options: [],
  devices: ['vm:uart'],
  drivers: ['burst-interrupt', 'burst-polling', 'burst-hybrid', 'burst-queue'],
  stages: true,
  shows: [
    {
      metric: 'interrupts_per_op',
      title: 'interrupts',
      meaning: 'interrupts, asked, calls: per byte',
    },
    { metric: 'asked_per_op', title: 'asked' },
    { metric: 'syscalls_per_op', title: 'calls' },
    { metric: 'latency_ns', title: 'burst', meaning: 'burst: until all of it was taken, p50' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    { metric: 'busy_share', title: 'busy' },
  ],
  settings: {
    burst_bytes: { meaning: 'bytes of a burst', default: SIZES.join(', ') },
    gap_us: { meaning: 'microseconds from one burst to the next', default: String(GAP_US) },
  },
  rounds: 3,
  short_rounds: 1,
  misfit: ({ id }) => (id === 'vm:uart' ? undefined : 'it needs the serial port vm:uart'),
  plan(_stage, { set, samples, short }) {
    const [gap_us = GAP_US] = numbersOf(set, 'gap_us', [GAP_US], MOST_GAP_US);
    return numbersOf(set, 'burst_bytes', SIZES, MOST_BYTES).map(burst_bytes => ({
      burst_bytes,
      gap_us,
      bursts: samples ?? (short ? SHORT_BURSTS : BURSTS),
    }));
  },
  cell: (setting, _request, seed) =>
    stageCell(
      'burst',
      setting,
      seed,
      START_MS + (Number(setting.bursts) * Number(setting.gap_us)) / 1000,
    ),
};
