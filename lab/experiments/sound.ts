// A sound card asks for more at the end of each period. A short period brings sound soon and wakes often, a
// long one forgives a program that comes late: how much of each, and what does being late cost?
import { WrongUsage } from '../errors.ts';
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const PERIOD_FRAMES = [64, 256, 1024, 4096];
const MOST_PERIOD_FRAMES = 16_384;
const PERIODS = [2];
/** Descriptors of the card's own, on the most common ones. */
const MOST_PERIODS = 32;
const LATE_US = 20_000;
const MOST_LATE_US = 1_000_000;
const SECONDS = 2;
const MOST_SECONDS = 600;
const START_MS = 2500;
/** Of a second of sound: what is spent standing still after an underrun comes on top. */
const SECOND_MS = 2000;

export const experiment: Experiment = {
  id: 'sound',
  title: 'Sound: a deadline that comes round',
  question: 'A sound card wants more frames at every period: how long should that be?',
  options: [],
  devices: ['vm:sound'],
  drivers: ['sound-blocking', 'sound-poll', 'sound-brim', 'sound-clock', 'sound-late'],
  stages: true,
  shows: [
    {
      metric: 'latency_ns',
      title: 'latency',
      meaning: 'latency: from the write until the frame is heard, p50',
    },
    {
      metric: 'underruns_per_s',
      title: 'underruns',
      meaning: 'underruns, interrupts, calls, CPU: per second of sound',
    },
    {
      metric: 'underruns_per_lateness',
      title: 'each time late',
      meaning: 'each time late: underruns for each time the program was busy',
    },
    { metric: 'interrupts_per_s', title: 'interrupts' },
    { metric: 'syscalls_per_s', title: 'calls' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
  ],
  settings: {
    period_frames: {
      meaning: `frames of a period, from 1 to ${MOST_PERIOD_FRAMES}`,
      default: PERIOD_FRAMES.join(', '),
    },
    periods: {
      meaning: `periods in the buffer, from 2 to ${MOST_PERIODS}`,
      default: PERIODS.join(', '),
    },
    late_us: {
      meaning: 'microseconds that the program of sound-late is busy each time',
      default: String(LATE_US),
    },
  },
  rounds: 2,
  short_rounds: 1,
  misfit: ({ id }) =>
    id === 'vm:sound' || id === 'sound' ? undefined : 'it needs a sound card: vm:sound',
  plan(stage, { set, samples, short }) {
    const seconds = samples ?? (short ? SECONDS / 2 : SECONDS);
    if (seconds > MOST_SECONDS)
      throw new WrongUsage(`--samples ${seconds}: give at most ${MOST_SECONDS} seconds of sound`);
    const [late_us = LATE_US] = numbersOf(set, 'late_us', [LATE_US], MOST_LATE_US);
    const several = numbersOf(set, 'periods', PERIODS, MOST_PERIODS);
    if (several.includes(1))
      throw new WrongUsage('--set periods=1: one period is played while another is filled');
    return numbersOf(set, 'period_frames', PERIOD_FRAMES, MOST_PERIOD_FRAMES).flatMap(
      period_frames =>
        several.map(periods => ({
          period_frames,
          periods,
          seconds,
          ...(stage === 'sound-late' ? { late_us } : {}),
        })),
    );
  },
  cell: (setting, _request, seed) =>
    stageCell('sound', setting, seed, START_MS + Number(setting.seconds) * SECOND_MS),
};
