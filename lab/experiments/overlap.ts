// While a device takes its time, a program can stand still or do something that does not depend on the
// answer: how many turns of such work fit into one answer, and what does having them cost the answer?
import { WrongUsage } from '../errors.ts';
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const FILE_BYTES = '16777216';
const ANSWER_US = 1000;
const MOST_ANSWER_US = 1_000_000;
/** The file answers in a fraction of the timer's time. */
const OPERATIONS = { file: 1000, kernel: 200 } as const;
const SHORT_OPERATIONS = { file: 200, kernel: 60 } as const;
const START_MS = 1000;

export const experiment: Experiment = {
  id: 'overlap',
  title: 'Overlapping',
  question: 'While a device takes its time, how much other work can be done?',
  options: [],
  devices: ['file', 'kernel'],
  drivers: ['overlap-none', 'overlap-ring', 'overlap-thread', 'overlap-async'],
  baseline: 'overlap-none',
  stages: true,
  shows: [
    {
      metric: 'useful_turns_per_op',
      title: 'turns',
      meaning: 'turns: of other work while one answer was under way',
    },
    { metric: 'latency_ns', title: 'answer', meaning: 'answer: until it was seen (p50)' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    {
      metric: 'useful_share',
      title: 'own',
      meaning: 'CPU: of one answer, with the work; own: share of it that was work',
    },
    { metric: 'busy_share', title: 'busy', meaning: 'busy: share of the time' },
    { metric: 'switches_per_op', title: 'switches' },
  ],
  settings: {
    answer_us: {
      meaning: 'microseconds until the timer of the device kernel answers',
      default: String(ANSWER_US),
    },
    bytes: { meaning: 'size of the temporary file', default: FILE_BYTES },
    direct: {
      meaning: 'false: read through the page cache',
      default: 'true',
      values: ['true', 'false'],
    },
  },
  device_settings: { bytes: FILE_BYTES },
  rounds: 15,
  short_rounds: 6,
  misfit: ({ id }) =>
    id === 'file' || id === 'kernel' ? undefined : 'it reads a file or waits for a timer',
  plan(_stage, { set }, target) {
    const answer_us = answerOf(set);
    return target?.kind === 'block' ? [{}] : [{ answer_us }];
  },
  cell(setting, { samples, short }, seed) {
    const usual = short ? SHORT_OPERATIONS : OPERATIONS;
    const timed = setting.answer_us !== undefined;
    const operations = samples ?? usual[timed ? 'kernel' : 'file'];
    const each_ms = Number(setting.answer_us ?? ANSWER_US) / 1000;
    return stageCell('overlap', { ...setting, operations }, seed, START_MS + operations * each_ms);
  },
};

/** Throws WrongUsage. */
function answerOf({ answer_us = String(ANSWER_US) }: Readonly<Record<string, string>>): number {
  const value = Number(answer_us);
  if (Number.isInteger(value) && value >= 1 && value <= MOST_ANSWER_US) return value;
  throw new WrongUsage(
    `--set answer_us=${answer_us}: give a whole number from 1 to ${MOST_ANSWER_US}`,
  );
}
