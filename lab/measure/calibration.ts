// The floor: what the clock, the recorder, Node's loop and a sleep cost by themselves. Measured at
// the start of each run and stored with it; a value below the floor prints as "< floor". The clock
// comes as a function, so that tests can hand in one whose step, cost and jitter they know.
import type { Floor } from '../records/schema.ts';
import { SampleRecorder } from './sampleRecorder.ts';
import { median, quantileSorted } from './statistics.ts';

/** A monotonic clock in nanoseconds. */
export type Now = () => number;

/** The part of the floor that the clock alone decides. */
export type ClockFloor = Pick<
  Floor,
  'clock_resolution_ns' | 'clock_read_ns' | 'clock_step_ns_p9999'
>;

const BATCHES = 10;
const WARMUP = 20_000;
/** Where a reading takes longer than this (an emulated processor), everything is repeated the less often. */
const SLOW_READING_NS = 250;
/** Enough for a p99.99. */
const LEAST = 10_000;

/** The share of its repetitions that a calibration needs where the clock is read in `reading_ns`. */
export const shareFor = (reading_ns: number): number =>
  reading_ns > SLOW_READING_NS ? SLOW_READING_NS / reading_ns : 1;

/**
 * Read the clock back to back. Cost per reading: median over ten batches of elapsed time by
 * readings. Resolution: the smallest difference seen between two readings or between two such
 * differences (a clock finer than its own cost still shows its grain there). p99.99 step: how long
 * the program was away at worst, nearly. Throws RangeError on a clock that stands still or goes
 * backwards, because nothing can be measured with it.
 */
export function calibrateClock(now: Now, readings = 200_000): ClockFloor {
  const most = new Float64Array(Math.max(readings, BATCHES * 2));
  // Until the loop is compiled a reading costs several times as much. Same loop, same place.
  const warm = most.subarray(0, Math.min(WARMUP, most.length));
  readInto(now, warm);
  const reading_ns = (warm[warm.length - 1]! - warm[0]!) / (warm.length - 1);
  const wanted = Math.max(LEAST, Math.floor(most.length * shareFor(reading_ns)));
  const times = most.subarray(0, Math.min(most.length, wanted));
  readInto(now, times);

  const steps = new Float64Array(times.length - 1);
  for (let i = 0; i < steps.length; i++) {
    const step = times[i + 1]! - times[i]!;
    if (!(step >= 0)) throw new RangeError(`The clock went back by ${-step} ns: not monotonic.`);
    steps[i] = step;
  }
  const span = Math.floor(times.length / BATCHES);
  const costs: number[] = [];
  for (let i = 0; i < BATCHES; i++) {
    const first = i * span;
    costs.push((times[first + span - 1]! - times[first]!) / (span - 1));
  }
  steps.sort();
  if (steps[steps.length - 1] === 0) {
    throw new RangeError(`The clock stood still over ${times.length} readings.`);
  }
  const clock_resolution_ns = grainOf(steps, times[times.length - 1]!);
  const whole = (times[times.length - 1]! - times[0]!) / steps.length;
  const batch = median(costs);
  return {
    clock_resolution_ns,
    // A clock so coarse that a batch is a few of its grains is averaged over all readings.
    clock_read_ns: batch * span > 100 * clock_resolution_ns ? batch : whole,
    clock_step_ns_p9999: quantileSorted(steps, 0.9999),
  };
}

function readInto(now: Now, times: Float64Array): void {
  for (let i = 0; i < times.length; i++) times[i] = now();
}

/** Smallest non-zero step or difference of steps, above what doubles of this size round away. */
function grainOf(sortedSteps: Float64Array, reading_ns: number): number {
  const rounding = Math.abs(reading_ns) * 2 ** -50;
  let grain = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const step of sortedSteps) {
    const difference = step - last;
    if (difference > rounding && difference < grain) grain = difference;
    last = step;
  }
  return grain;
}

/**
 * Cost of keeping one sample, in ns: append to a SampleRecorder and nothing else, as the cells do.
 * Median over batches; the loop around it is included, as it is in a cell.
 */
export function calibrateRecorder(now: Now, samples = 100_000): number {
  const recorder = new SampleRecorder(samples);
  const costs: number[] = [];
  for (let batch = 0; batch < BATCHES + 3; batch++) {
    recorder.clear();
    const start = now();
    fill(recorder, samples);
    const cost = (now() - start) / samples;
    // The first batches run before the compiler has seen the loop.
    if (batch >= 3) costs.push(cost);
  }
  return median(costs);
}

function fill(recorder: SampleRecorder, samples: number): void {
  for (let i = 0; i < samples; i++) recorder.append(i);
}

/**
 * Median time of one turn of Node's event loop, in ns: from setImmediate to its callback. That is
 * the least an event-loop driver pays to hand control back and get it again. A timer's lateness
 * would show the timers' 1 ms grid instead of the loop.
 */
export async function calibrateLoopLag(now: Now, times = 1_000): Promise<number> {
  const lags = new Float64Array(Math.max(1, times));
  await new Promise<void>(resolve => {
    let i = 0;
    let start = 0;
    const turn = (): void => {
      lags[i++] = now() - start;
      if (i === lags.length) {
        resolve();
      } else {
        start = now();
        setImmediate(turn);
      }
    };
    start = now();
    setImmediate(turn);
  });
  return median(lags);
}

/**
 * Median lateness of a sleep, in ns: the clock's reading after `sleepUntil(t)`, less t. Sleeps last
 * 0.1 to 0.5 ms, spread so that they keep step with no timer tick.
 */
export function calibrateSleep(
  now: Now,
  sleepUntil: (time_ns: number) => void,
  times = 60,
): number {
  const late = new Float64Array(Math.max(1, times));
  for (let i = 0; i < late.length; i++) {
    // The golden ratio's multiples fill an interval evenly (Weyl).
    const target = now() + 100_000 + 400_000 * ((i * 0.618034) % 1);
    sleepUntil(target);
    late[i] = now() - target;
  }
  return median(late);
}
