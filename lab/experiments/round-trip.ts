// From request to reply through a serial board: how much of it is the wire, how much the firmware,
// and how much does the host's way of waiting add?
import { openLoopSchedule } from '../measure/schedule.ts';
import type { Experiment } from './experiment.ts';

const RATES_HZ = [100];
const SAMPLES = 100;
const SHORT_SAMPLES = 25;
const WARMUP = 5;
/** The boards' line; a byte takes ten bit times (one start, eight data, one stop). */
export const BAUD = 115200;

export const experiment: Experiment = {
  id: 'round-trip',
  title: 'Round trip',
  question: 'From request to reply: how much is wire, how much firmware, how much the host?',
  options: ['rate'],
  devices: ['uno'],
  drivers: ['blocking', 'poll', 'epoll', 'io-uring', 'node-stream', 'serialport', 'busy-poll'],
  baseline: 'blocking',
  settings: {
    mode: {
      meaning: 'how the firmware serves its line: polled, interrupt, interrupt+ring',
      default: 'interrupt+ring',
    },
  },
  rounds: 15,
  short_rounds: 7,
  misfit: device => (device.board ? undefined : 'it needs a board that answers the lab’s protocol'),
  plan: (_driver, { rate_hz, set }) =>
    (rate_hz.length > 0 ? rate_hz : RATES_HZ).map(rate => ({
      rate_hz: rate,
      mode: set.mode ?? 'interrupt+ring',
    })),
  cell(setting, { samples, short }, seed) {
    const rate_hz = Number(setting.rate_hz);
    const count = samples ?? (short ? SHORT_SAMPLES : SAMPLES);
    const offsets_ns = [...openLoopSchedule({ count: count + WARMUP, rate_hz, seed })];
    return {
      depth: 1,
      parameters: {},
      workload: { kind: 'request-reply', samples: count, warmup: WARMUP, offsets_ns, baud: BAUD },
      expected_ms: ((count + WARMUP) / rate_hz) * 1000,
    };
  },
};
