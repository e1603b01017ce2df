// Between asking without rest and being told lies a pause: the longer it is, the less is asked, and the
// later it is known. What does each choice cost on a real device, beside the two ends?
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { noStamps, stampedReads } from './parts/stamped-reads.ts';

/** Slow enough that the longest pause ends before the next event comes. */
const RATES_HZ = [100];
const PAUSES_US = [10, 30, 100, 300, 1000, 3000];
const SHORT_PAUSES_US = [30, 300, 3000];
/** As much as the driver takes. */
const LONGEST_US = 1e6;
const PACED = 'paced-poll';
const ROUND_S = 1;
const FEWEST = 20;

export const experiment: Experiment = {
  id: 'pause',
  title: 'The pause between two questions',
  question: 'Ask, rest, ask again: how long a rest, and what does it cost?',
  options: ['rate'],
  devices: ['fifo'],
  drivers: ['blocking', PACED, 'busy-poll'],
  baseline: 'blocking',
  shows: [
    { metric: 'latency_ns', title: 'p50' },
    { metric: 'cpu_ns_per_op', title: 'CPU/event' },
    { metric: 'polls_per_op', title: 'asked', meaning: 'asked: questions for one event' },
    { metric: 'syscalls_per_op', title: 'calls' },
  ],
  // Half of each microsecond of pause is added to the median, if events come at any moment of it.
  fits: [{ metric: 'latency_ns', over: 'pause_us' }],
  settings: {
    pause_us: {
      meaning: 'microseconds of sleep between two questions, from 1 to a million',
      default: 'six pauses from 10 to 3000',
    },
  },
  rounds: 9,
  short_rounds: 6,
  misfit: noStamps,
  plan(driver, { rate_hz, set, short }) {
    const pauses = numbersOf(set, 'pause_us', short ? SHORT_PAUSES_US : PAUSES_US, LONGEST_US);
    return (rate_hz.length > 0 ? rate_hz : RATES_HZ).flatMap(rate =>
      driver === PACED
        ? pauses.map(pause_us => ({ rate_hz: rate, pause_us }))
        : [{ rate_hz: rate }],
    );
  },
  cell({ rate_hz, pause_us }, { samples }, seed) {
    const rate = Number(rate_hz);
    const count = samples ?? Math.max(FEWEST, Math.ceil(rate * ROUND_S));
    const parameters = pause_us === undefined ? {} : { pause_us: String(pause_us) };
    return stampedReads(rate, count, seed, parameters);
  },
};
