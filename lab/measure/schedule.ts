// Open-loop schedules: the stimulus leaves at planned times, whatever the reader does. So a stall is seen in
// every sample that it delayed (Gil Tene, "How NOT to measure latency": coordinated omission). A request that
// the measured program sends itself counts from the plan; a message from another process counts from when it
// left, and how late that was stands beside it.
import { createRandom } from './random.ts';

/** How many operations, how often, and which order of chance. */
export interface ScheduleOptions {
  /** How many operations. */
  readonly count: number;
  /** Mean rate, operations per second. */
  readonly rate_hz: number;
  readonly seed: number;
}

/** Gaps vary by this share of the period, so that the stimulus keeps step with no timer or tick. */
export const GAP_SPREAD = 0.3;

/**
 * Intended start times in nanoseconds from the beginning of the round, ascending. The first stands
 * at a random phase within one period; each gap is uniform in [0.7, 1.3] periods, so the mean rate
 * is the one asked for. Throws RangeError on a rate or count that makes no schedule.
 */
export function openLoopSchedule({ count, rate_hz, seed }: ScheduleOptions): Float64Array {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`A schedule needs a whole number of operations, not ${count}.`);
  }
  if (!(rate_hz > 0) || !Number.isFinite(rate_hz)) {
    throw new RangeError(`A schedule needs a rate above 0 Hz, not ${rate_hz}.`);
  }
  const random = createRandom(seed);
  const period_ns = 1e9 / rate_hz;
  const offsets_ns = new Float64Array(count);
  let at_ns = random() * period_ns;
  for (let i = 0; i < count; i++) {
    offsets_ns[i] = at_ns;
    at_ns += period_ns * (1 - GAP_SPREAD + 2 * GAP_SPREAD * random());
  }
  return offsets_ns;
}
