// How long from the moment something happens to the moment the program knows, and what does the
// waiting cost? Asked of every way of waiting, on devices whose stimulus carries the host's clock.
import type { Experiment } from './experiment.ts';
import { noStamps, stampedReads } from './parts/stamped-reads.ts';

const RATES_HZ = [1000, 100];
/** At slow rates a round is bounded by time, not by samples. */
const LONGEST_ROUND_S = 1;
const SHORT_ROUND_S = 0.2;
const SAMPLES = 1000;

/** What most programs use, and the two ends between which all others lie. */
const COMMON = ['blocking', 'poll', 'epoll', 'io-uring', 'node-stream', 'serialport', 'busy-poll'];

export const experiment: Experiment = {
  id: 'wakeup',
  title: 'Wake-up',
  question: 'How long until the program knows, and what does the waiting cost?',
  options: ['rate', 'peer'],
  devices: ['fifo'],
  drivers: [
    ...COMMON,
    'select',
    'epoll-edge',
    'kqueue',
    'sigwaitinfo',
    'signalfd',
    'event-flag',
    'io-uring-registered',
    'io-uring-sqpoll',
    'io-uring-multishot',
    'hybrid',
    'paced-poll',
    'nonblocking',
    'sigio',
    'async-await',
    'thread-pool',
    'thread-per-device',
    'process',
    'aio-suspend',
    'aio-callback',
  ],
  short_drivers: COMMON,
  baseline: 'blocking',
  windows: {
    drivers: [
      'sync-file',
      'iocp',
      'overlapped-event',
      'alertable',
      'overlapped-poll',
      'pool-callback',
    ],
    baseline: 'sync-file',
  },
  settings: {},
  rounds: 15,
  short_rounds: 6,
  misfit: noStamps,
  plan: (_driver, { rate_hz, short }) =>
    (rate_hz.length > 0 ? rate_hz : short ? RATES_HZ.slice(0, 1) : RATES_HZ).map(rate => ({
      rate_hz: rate,
    })),
  cell(setting, { samples, short }, seed) {
    const rate_hz = Number(setting.rate_hz);
    const most = Math.ceil(rate_hz * (short ? SHORT_ROUND_S : LONGEST_ROUND_S));
    const count = samples ?? Math.max(20, Math.min(SAMPLES, most));
    return stampedReads(rate_hz, count, seed);
  },
};
