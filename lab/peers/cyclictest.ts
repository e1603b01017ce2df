// cyclictest, the reference for wake-ups: a thread sleeps until a planned time and notes how much later it
// runs (wiki.linuxfoundation.org/realtime, rt-tests). It waits for a timer and not for a device, so it
// stands beside our drivers as what this machine can do at best, and is compared with none of them.
import type { CellResult } from '../cell/protocol.ts';
import { WrongUsage } from '../errors.ts';
import { encode, missingProgram, outputOf } from './parts/run.ts';
import type { Peer } from './peer.ts';

const ENGINE = 'clock_nanosleep';
const GRACE_MS = 20_000;
/** The first wake-ups of a new thread pay for its start. */
const DROPPED = 5;

/**
 * A sleep may end up to 50 µs late by default, and our own device sleeps with 1 ns; the slack is the
 * process's and stays when it becomes another program (prctl(2), PR_SET_TIMERSLACK; proc(5)).
 */
const PUNCTUAL = '{ echo 1 > /proc/self/timerslack_ns; } 2>/dev/null; exec "$0" "$@"';

const NOTE =
  'cyclictest shows how late a timer wakes a thread at the same interval, under the ordinary ' +
  'scheduling policy and with power saving left as it is: no device, no message and no read';

/** `samples` wake-ups, `interval_us` apart. Exported for its test. */
export const argumentsFor = (samples: number, interval_us: number): string[] => [
  '--threads=1',
  '--policy=other',
  // Otherwise half a millisecond is added to the first thread's interval.
  '--distance=0',
  `--interval=${interval_us}`,
  `--loops=${samples + DROPPED}`,
  '--nsecs',
  '--verbose',
  // Without it the processor is kept from sleeping, which no driver of ours may do.
  '--default-system',
];

/** The lines `thread: loop: nanoseconds`, without the first few. Exported for its test. */
export function samplesOf(output: string, samples: number): Float64Array {
  const values = [...output.matchAll(/^\s*0:\s*\d+:\s*(\d+)\s*$/gm)].map(([, ns]) => Number(ns));
  if (values.length === samples + DROPPED) return Float64Array.from(values.slice(DROPPED));
  throw new Error(
    `cyclictest printed ${values.length} wake-ups and not ${samples + DROPPED}: ${output.slice(0, 200)}`,
  );
}

export const peer: Peer = {
  id: 'cyclictest',
  title: 'cyclictest: how late a timer wakes a thread',
  experiments: ['wakeup'],
  engines: [{ id: ENGINE, twins: [] }],
  async missing() {
    if (process.platform !== 'linux')
      return { reason: 'cyclictest is a program of Linux', fix: 'leave it out here' };
    return missingProgram('cyclictest', ['--help']);
  },
  async measure({ workload }, _engine, { setting, signal }): Promise<CellResult> {
    const rate_hz = Number(setting.rate_hz);
    if (workload.kind !== 'stamped-read' || !(rate_hz > 0)) {
      throw new WrongUsage('cyclictest takes part in wake-ups at a rate only');
    }
    const { samples } = workload;
    const interval_us = Math.round(1e6 / rate_hz);
    const limit_ms = (4 * (samples + DROPPED) * interval_us) / 1000 + GRACE_MS;
    const words = ['cyclictest', ...argumentsFor(samples, interval_us)];
    const started = new Date().toISOString();
    const options = { signal, limit_ms, name: 'cyclictest' };
    const output = await outputOf('/bin/sh', ['-c', PUNCTUAL, ...words], options);
    return {
      event: 'result',
      n: samples,
      started,
      ended: new Date().toISOString(),
      series: { latency_ns: encode(samplesOf(output, samples)) },
      totals: {},
      threads: [],
      notes: [NOTE],
    };
  },
};
