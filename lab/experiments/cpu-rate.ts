// What waiting costs, from ten events a second to twenty thousand: for each way of waiting the processor
// time of one event and the share of a processor that goes with it. Where does each win, where lose?
import type { Experiment } from './experiment.ts';
import { noStamps, stampedReads } from './parts/stamped-reads.ts';

const RATES_HZ = [10, 100, 1000, 5000, 10_000, 20_000];
const SHORT_RATES_HZ = [100, 1000, 10_000];
/** A round lasts so long, but has as many events as a median needs and no more than a sleep is worth. */
const ROUND_S = 0.5;
const FEWEST = 20;
const MOST = 4000;

export const experiment: Experiment = {
  id: 'cpu-rate',
  title: 'Cost against rate',
  question: 'Which way of waiting costs least, when little comes and when much does?',
  options: ['rate'],
  devices: ['fifo'],
  drivers: ['blocking', 'busy-poll', 'paced-poll', 'hybrid', 'epoll', 'io-uring', 'node-stream'],
  baseline: 'blocking',
  shows: [
    { metric: 'latency_ns', title: 'p50' },
    { metric: 'cpu_ns_per_op', title: 'CPU/event' },
    { metric: 'cpu_share', title: 'busy', meaning: 'busy: share of one processor' },
    { metric: 'switches_per_op', title: 'switches' },
    { metric: 'syscalls_per_op', title: 'calls' },
  ],
  // a: what waiting costs while nothing comes, as a share of a processor. b: seconds for an event.
  fits: [{ metric: 'cpu_share', over: 'rate_hz' }],
  settings: {},
  rounds: 9,
  short_rounds: 6,
  misfit: noStamps,
  plan: (_driver, { rate_hz, short }) =>
    (rate_hz.length > 0 ? rate_hz : short ? SHORT_RATES_HZ : RATES_HZ).map(rate => ({
      rate_hz: rate,
    })),
  cell(setting, { samples }, seed) {
    const rate_hz = Number(setting.rate_hz);
    const count = samples ?? Math.min(MOST, Math.max(FEWEST, Math.ceil(rate_hz * ROUND_S)));
    return stampedReads(rate_hz, count, seed);
  },
};
