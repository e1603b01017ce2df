// A message over a USB serial line and back: how long does it take, and in how many pieces does the answer
// come? Measured on a line whose other end sends everything back, so that no firmware takes part; what is
// left is the wire, the bridge with its latency timer, the bus and the host.
import { WrongUsage } from '../errors.ts';
import { openLoopSchedule } from '../measure/schedule.ts';
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';

/** A few bytes, whose time is the way's; and more than fits into one packet of the bridge. */
const MESSAGE_BYTES = [8, 512];
const MOST_BYTES = 4096;
const LONGEST_TIMER_MS = 255;
/** So slow that the longest of them is back before the next leaves, also at 115200 bits per second. */
const RATE_HZ = 10;
const LONGEST_ROUND_S = 2;
const WARMUP = 8;
const WARMUP_MS = 1000;

function sizes({ message_bytes }: Readonly<Record<string, string>>): readonly number[] {
  if (message_bytes === undefined) return MESSAGE_BYTES;
  const bytes = Number(message_bytes);
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= MOST_BYTES) return [bytes];
  const range = `a whole number from 1 to ${MOST_BYTES}`;
  throw new WrongUsage(`message_bytes=${message_bytes}: give ${range}`);
}

export const experiment: Experiment = {
  id: 'usb-serial',
  title: 'Over a USB serial line and back',
  question:
    'What does a USB serial line add to the time on the wire, and how does the answer come?',
  options: ['rate'],
  devices: ['vm:usb-serial'],
  drivers: ['blocking', 'epoll', 'node-stream', 'serialport', 'busy-poll', 'io-uring'],
  short_drivers: ['blocking', 'epoll', 'serialport'],
  baseline: 'blocking',
  settings: {
    message_bytes: {
      meaning: `bytes of a message, from 1 to ${MOST_BYTES}`,
      default: MESSAGE_BYTES.join(' and '),
    },
    latency_timer_ms: {
      meaning: 'the bridge’s latency timer, from 1 to 255; set back at the end (FTDI, as root)',
      default: 'as it is',
    },
    unplug_after_ms: {
      meaning: 'pull the plug so many milliseconds after the start (virtual machine only)',
      default: 'never',
    },
  },
  device_settings: { firmware: 'echo' },
  shows: [
    { metric: 'latency_ns', title: 'there and back' },
    {
      metric: 'pieces_per_op',
      title: 'pieces',
      meaning: 'pieces: reads in which a message came back',
    },
    {
      metric: 'gap_ns',
      title: 'gap',
      meaning: 'gap: between two pieces of a message',
    },
    { metric: 'cpu_ns_per_op', title: 'CPU/message' },
    { metric: 'syscalls_per_op', title: 'calls' },
  ],
  rounds: 8,
  short_rounds: 1,
  misfit: device =>
    device.echoes === undefined
      ? 'it needs a serial line whose other end sends everything back'
      : undefined,
  plan(_driver, { rate_hz, set }) {
    const [latency_timer_ms] = numbersOf(set, 'latency_timer_ms', [], LONGEST_TIMER_MS);
    return sizes(set).flatMap(message_bytes =>
      (rate_hz.length > 0 ? rate_hz : [RATE_HZ]).map(rate => ({
        rate_hz: rate,
        message_bytes,
        ...(latency_timer_ms === undefined ? {} : { latency_timer_ms }),
      })),
    );
  },
  cell(setting, { samples, short }, seed) {
    const rate_hz = Number(setting.rate_hz);
    const longest_s = short ? LONGEST_ROUND_S / 4 : LONGEST_ROUND_S;
    const count = samples ?? Math.max(5, Math.ceil(rate_hz * longest_s));
    return {
      depth: 1,
      parameters: {},
      workload: {
        kind: 'echo',
        samples: count,
        warmup: WARMUP,
        message_bytes: Number(setting.message_bytes),
        offsets_ns: [...openLoopSchedule({ count, rate_hz, seed })],
        seed,
      },
      expected_ms: (count / rate_hz) * 1000 + WARMUP_MS,
    };
  },
};
