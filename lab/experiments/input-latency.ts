// From a key, a mouse or a pen to the program: how long from the kernel's stamp until the program has the
// event, and what does the waiting cost? Where the lab is the device, also how long the event took to the
// kernel: on a bus that asks, about half an interval.

import type { Target } from '../drivers/driver.ts';
import { WrongUsage } from '../errors.ts';
import { openLoopSchedule } from '../measure/schedule.ts';
import type { Experiment, PlanRequest, Setting } from './experiment.ts';

/** What the lab sends itself can be dense; what the host of a virtual machine sends must not queue up. */
const OWN_RATE_HZ = 100;
const HOST_RATE_HZ = 40;
const LONGEST_ROUND_S = 1;
/** Of a person's hands: so many events for each driver and round. */
const HANDS_EVENTS = 14;
const HANDS_MS = 15_000;
const WARMUP = 60;
const HANDS_WARMUP = 2;
/** The warm-up leaves in steps of some milliseconds, or as slowly as the bus asks. */
const WARMUP_GAP_MS = 12;
/** Sent beyond those that are wanted: a queue in QEMU may lose one, and the last must come. */
const SPARE = 3;
/** An event's number is told in 14 bits. */
const MOST_SAMPLES = 10_000;

/** What most programs use, and the two ends between which all others lie. */
const COMMON = ['blocking', 'poll', 'epoll', 'io-uring', 'thread-pool', 'busy-poll'];

function settingOf(rate_hz: number | undefined, target: Target | undefined): Setting {
  const { node = 'evdev', interval_ms, hands } = target?.input ?? {};
  return {
    ...(rate_hz === undefined || hands !== undefined ? {} : { rate_hz }),
    node,
    ...(interval_ms === undefined ? {} : { interval_ms }),
  };
}

function plan({ rate_hz, samples = 0 }: PlanRequest, target?: Target): Setting[] {
  if (samples > MOST_SAMPLES) throw new WrongUsage(`--samples ${samples}: at most ${MOST_SAMPLES}`);
  const { stamped, hands } = target?.input ?? {};
  if (hands !== undefined) return [settingOf(undefined, target)];
  const usual = stamped ? OWN_RATE_HZ : HOST_RATE_HZ;
  const rates = rate_hz.length > 0 ? rate_hz : [usual];
  return rates.map(rate => settingOf(rate, target));
}

export const experiment: Experiment = {
  id: 'input-latency',
  title: 'From the key to the program',
  question: 'How long until the program has what a hand did, and where does the time go?',
  options: ['rate'],
  devices: ['keyboard', 'mouse', 'tablet'],
  vm_devices: ['vm:keyboard'],
  drivers: [
    ...COMMON,
    'select',
    'epoll-edge',
    'nonblocking',
    'paced-poll',
    'hybrid',
    'sigio',
    'signalfd',
    'sigwaitinfo',
    'event-flag',
    'io-uring-registered',
    'io-uring-sqpoll',
    'io-uring-multishot',
    'thread-per-device',
    'process',
    'aio-suspend',
    'aio-callback',
  ],
  short_drivers: COMMON,
  baseline: 'blocking',
  settings: {
    node: {
      meaning: 'evdev: frames with the kernel’s stamps; hidraw: the device’s reports as they are',
      default: 'evdev',
      values: ['evdev', 'hidraw'],
    },
    grab: {
      meaning: 'yes: nobody else hears the device meanwhile; ends by itself after 90 s at most',
      default: 'no',
      values: ['no', 'yes'],
    },
    unplug_after_ms: {
      meaning: 'pull the plug so many milliseconds into the first round (virtual machine only)',
      default: 'never',
    },
  },
  shows: [
    { metric: 'latency_ns', title: 'kernel → program' },
    {
      metric: 'to_kernel_ns',
      title: 'event → kernel',
      meaning: 'event → kernel: from its leaving to the kernel’s stamp',
    },
    { metric: 'gap_ns', title: 'gap', meaning: 'gap: between one event and the next' },
    { metric: 'cpu_ns_per_op', title: 'CPU/event' },
    { metric: 'syscalls_per_op', title: 'calls' },
    { metric: 'lost_messages', title: 'lost' },
  ],
  rounds: 8,
  short_rounds: 1,
  misfit: device =>
    device.stamps === 'kernel'
      ? undefined
      : 'it needs an input device, whose events the kernel stamps',
  plan: (_driver, request, target) => plan(request, target),
  cell(setting, { samples, short }, seed) {
    const { rate_hz } = setting;
    if (rate_hz === undefined) {
      const count = samples ?? HANDS_EVENTS;
      const workload = {
        kind: 'input-read',
        samples: count,
        warmup: HANDS_WARMUP,
        epoch: 0,
      } as const;
      return { depth: 1, parameters: {}, workload, expected_ms: HANDS_MS };
    }
    const rate = Number(rate_hz);
    const count = samples ?? Math.max(15, Math.ceil(rate * (short ? 0.3 : LONGEST_ROUND_S)));
    const expected_ms = (count / rate) * 1000 + WARMUP * WARMUP_GAP_MS;
    return {
      depth: 1,
      parameters: {},
      workload: { kind: 'input-read', samples: count, warmup: WARMUP, epoch: 0 },
      expected_ms,
      offsets_ns: [...openLoopSchedule({ count: count + SPARE, rate_hz: rate, seed })],
      warmup: WARMUP,
    };
  },
};
