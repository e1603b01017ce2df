// From request to reply through a serial board: how much of it is the wire, how much the firmware,
// and how much does the host's way of waiting add?
import { openLoopSchedule } from '../measure/schedule.ts';
import type { Experiment } from './experiment.ts';
import { MODES, pace } from './parts/firmware.ts';

const RATES_HZ = [100];
const SAMPLES = 100;
const SHORT_SAMPLES = 20;
/** Requests before the counted ones, each right after the last: the code is compiled by them. */
const WARMUP = 150;
const SHORT_WARMUP = 50;
/** A round trip at the boards' usual rate. */
const TRIP_MS = 4;

export const experiment: Experiment = {
  id: 'round-trip',
  title: 'Round trip',
  question: 'From request to reply: how much is wire, how much firmware, how much the host?',
  options: ['rate'],
  devices: ['uno'],
  drivers: ['blocking', 'poll', 'epoll', 'io-uring', 'node-stream', 'serialport', 'busy-poll'],
  short_drivers: ['blocking', 'epoll', 'node-stream', 'serialport', 'busy-poll'],
  baseline: 'blocking',
  windows: {
    drivers: ['sync-file', 'iocp', 'overlapped-event', 'alertable', 'serialport'],
    baseline: 'sync-file',
  },
  settings: {
    mode: {
      meaning: 'how the firmware serves its line; dma on the Pico',
      default: 'interrupt+ring',
      values: MODES,
    },
    pace: { ...pace, default: 'realtime' },
  },
  rounds: 15,
  short_rounds: 6,
  misfit: device => (device.board ? undefined : 'it needs a board that answers the lab’s protocol'),
  plan: (_driver, { rate_hz, set }) =>
    (rate_hz.length > 0 ? rate_hz : RATES_HZ).map(rate => ({
      rate_hz: rate,
      mode: set.mode ?? 'interrupt+ring',
    })),
  cell(setting, { samples, short }, seed) {
    const rate_hz = Number(setting.rate_hz);
    const count = samples ?? (short ? SHORT_SAMPLES : SAMPLES);
    const offsets_ns = [...openLoopSchedule({ count, rate_hz, seed })];
    const warmup = short ? SHORT_WARMUP : WARMUP;
    const first_sequence = seed % 256;
    return {
      depth: 1,
      parameters: {},
      workload: { kind: 'request-reply', samples: count, warmup, offsets_ns, first_sequence },
      expected_ms: (count / rate_hz) * 1000 + warmup * TRIP_MS,
    };
  },
};
