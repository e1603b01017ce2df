// A controller of its own moves the bytes and wakes the program once per block: how many wake-ups does
// a larger block save, and what does a byte pay that fills none?
import type { Experiment } from './experiment.ts';
import { EXACT, pace } from './parts/firmware.ts';

const BLOCKS = [1, 2, 4, 8, 16, 32, 64];
const SHORT_BLOCKS = [1, 8, 64];
const MODES = ['interrupt+ring', 'dma'] as const;
const SAMPLES = 100;
const SHORT_SAMPLES = 25;
const RUNS = 4;
const SAMPLE_MS = 10;
const START_MS = 2000;

export const experiment: Experiment = {
  ...EXACT,
  id: 'dma-block',
  title: 'DMA blocks',
  question: 'A controller moves the bytes: how often must it wake the program?',
  devices: ['pico'],
  settings: {
    mode: {
      meaning: 'how the firmware serves its line',
      default: 'both',
      values: MODES,
    },
    block: {
      meaning: 'bytes per block of the controller',
      default: '1 to 64',
      values: BLOCKS.map(String),
    },
    pace,
  },
  plan(_driver, { set, short }, target) {
    // One refusal tells that a board has no such controller; seven would not tell more.
    const has = target?.board?.modes.includes('dma') ?? true;
    const all = has ? (short ? SHORT_BLOCKS : BLOCKS) : [1];
    const blocks = set.block === undefined ? all : [Number(set.block)];
    return (set.mode === undefined ? MODES : [set.mode]).flatMap(mode =>
      mode === 'dma' ? blocks.map(block_bytes => ({ mode, block_bytes })) : [{ mode }],
    );
  },
  cell(setting, { samples, short }) {
    const count = samples ?? (short ? SHORT_SAMPLES : SAMPLES);
    return {
      depth: 1,
      parameters: {},
      fresh: true,
      workload: {
        kind: 'dialogue',
        plan: {
          script: 'dma-block',
          mode: String(setting.mode),
          block_bytes: Number(setting.block_bytes ?? 0),
          runs: RUNS,
          samples: count,
        },
      },
      expected_ms: START_MS + count * SAMPLE_MS,
    };
  },
};
