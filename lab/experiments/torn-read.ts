// A handler writes a value in the middle of which the main program may be reading: how often does it
// read half of the old one and half of the new, and which cure helps?
import type { Experiment } from './experiment.ts';
import { EXACT, pace } from './parts/firmware.ts';

const READS = 10_000;
const SHORT_READS = 1000;
const READS_PER_MS = 10;
const START_MS = 1000;
const WAYS = ['plain', 'interrupts-off', 'read-twice'] as const;
/** A processor of 32 bits moves two bytes at once, and eight in several steps. */
const WIDTHS: Readonly<Record<string, readonly number[]>> = { uno: [2], pico: [2, 8] };

export const experiment: Experiment = {
  ...EXACT,
  id: 'torn-read',
  title: 'Torn reads',
  question: 'A handler writes what the program reads: how often does it read half of each?',
  devices: ['uno', 'pico'],
  settings: {
    way: {
      meaning: 'how the program reads: plain, with interrupts off, twice until both are equal',
      default: 'all',
      values: WAYS,
    },
    width: {
      meaning: 'bytes of the value',
      default: '2, on a 32-bit board also 8',
      values: ['2', '8'],
    },
    pace,
  },
  plan(_driver, { set }, target) {
    const ways = set.way === undefined ? WAYS : [set.way];
    const own = WIDTHS[target?.board?.name ?? ''] ?? [2];
    const widths = set.width === undefined ? own : [Number(set.width)];
    return widths.flatMap(width_bytes => ways.map(way => ({ width_bytes, way })));
  },
  cell(setting, { samples, short }) {
    const reads = samples ?? (short ? SHORT_READS : READS);
    return {
      depth: 1,
      parameters: {},
      fresh: true,
      workload: {
        kind: 'dialogue',
        plan: {
          script: 'torn-read',
          way: String(setting.way),
          width_bytes: Number(setting.width_bytes),
          reads,
        },
      },
      expected_ms: START_MS + reads / READS_PER_MS,
    };
  },
};
