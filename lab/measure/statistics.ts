// What may be said of a set of rounds: medians, bootstrap intervals, paired ratios, ties, straight
// lines. Percentile bootstrap after Efron & Tibshirani, "An Introduction to the Bootstrap", ch. 13;
// quantiles are nearest rank, so each one is a value that was really measured.
import { createRandom } from './random.ts';

/** Low and high end of an interval; 95 % where nothing else is said. */
export type Interval = [low: number, high: number];

/**
 * Rounds needed for a 95 % interval of a median. Even the whole range of n values holds the true
 * median with probability 1 − 2^(1−n) only: 94 % for 5 rounds, 97 % for 6.
 */
export const INTERVAL_ROUNDS = 6;

/** Which quantiles n samples support: ten samples must lie beyond. */
export function quantilesFor(n: number): { p99: boolean; p999: boolean } {
  return { p99: n >= 1_000, p999: n >= 10_000 };
}

/**
 * The q-quantile of ascending values by nearest rank: the smallest value that at least q of all
 * values do not exceed. Throws RangeError when empty or when q is outside [0, 1].
 */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  const n = sorted.length;
  if (n === 0) throw new RangeError('No values, so no quantile.');
  if (!(q >= 0 && q <= 1)) throw new RangeError(`A quantile lies in [0, 1], not at ${q}.`);
  // 0.07 · 100 is 7.000000000000001 in doubles; the rank is 7.
  const rank = Math.ceil(q * n * (1 - 4 * Number.EPSILON));
  return sorted[Math.min(n, Math.max(1, rank)) - 1]!;
}

/** The middle value, or the mean of the two middle ones. Any order. Throws RangeError if empty. */
export function median(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError('No values, so no median.');
  return medianInPlace(Float64Array.from(values));
}

function medianInPlace(values: Float64Array): number {
  values.sort();
  const half = values.length >>> 1;
  const upper = values[half]!;
  return values.length % 2 === 1 ? upper : (values[half - 1]! + upper) / 2;
}

/** How the bootstrap draws, and of what it takes the interval. */
export interface BootstrapOptions {
  readonly seed: number;
  readonly resamples?: number;
  /** Of a resample, which it must not keep. Default: the median. */
  readonly statistic?: (values: Float64Array) => number;
}

/**
 * 95 % percentile bootstrap interval of a statistic. Meant for a few dozen round values, not for raw
 * samples. With fewer than INTERVAL_ROUNDS values it is their whole range, and less sure than 95 %.
 * Throws RangeError when there are no values.
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  { seed, resamples = 2_000, statistic = medianInPlace }: BootstrapOptions,
): Interval {
  const n = values.length;
  if (n === 0) throw new RangeError('No values, so no interval.');
  if (n < INTERVAL_ROUNDS) {
    const sorted = Float64Array.from(values).sort();
    return [sorted[0]!, sorted[n - 1]!];
  }
  const random = createRandom(seed);
  const found = new Float64Array(resamples);
  const resample = new Float64Array(n);
  for (let i = 0; i < resamples; i++) {
    for (let k = 0; k < n; k++) resample[k] = values[Math.floor(random() * n)]!;
    found[i] = statistic(resample);
  }
  return middle95(found);
}

function middle95(values: Float64Array): Interval {
  values.sort();
  return [quantileSorted(values, 0.025), quantileSorted(values, 0.975)];
}

/** A ratio that was taken round by round. */
export interface PairedRatio {
  /** Median of the rounds' ratios, driver over baseline. */
  readonly ratio: number;
  readonly interval: Interval;
}

/**
 * Driver over baseline, round by round: what both rounds shared (a neighbour's load, a clock step)
 * cancels. Entry i of both lists must be from the same round; RangeError where their lengths differ.
 * Undefined where no ratio has a meaning: no rounds, or a baseline round of zero.
 */
export function pairedRatio(
  driver: ArrayLike<number>,
  baseline: ArrayLike<number>,
  seed: number,
): PairedRatio | undefined {
  if (driver.length !== baseline.length) {
    throw new RangeError(
      `Pairs need equal numbers of rounds, not ${driver.length} and ${baseline.length}.`,
    );
  }
  const ratios = new Float64Array(driver.length);
  for (let i = 0; i < ratios.length; i++) {
    ratios[i] = driver[i]! / baseline[i]!;
    if (!Number.isFinite(ratios[i])) return undefined;
  }
  if (ratios.length === 0) return undefined;
  return { ratio: median(ratios), interval: bootstrapInterval(ratios, { seed }) };
}

/** Of a cost, `lower` is better; of a rate, `higher` is. */
export type Verdict = 'lower' | 'higher' | 'tie';

/**
 * What a ratio shows. A tie: the interval spans 1, or the difference lies inside the noise (the
 * baseline's ratio to itself), or fewer than INTERVAL_ROUNDS rounds were taken where `rounds` is
 * given. Leave `rounds` out for counts of a deterministic simulator: one round settles those.
 */
export function verdict(
  ratio: number,
  interval: readonly [number, number],
  noise?: readonly [number, number],
  rounds?: number,
): Verdict {
  if (!Number.isFinite(ratio)) return 'tie';
  if (interval[0] <= 1 && interval[1] >= 1) return 'tie';
  if (noise && ratio >= noise[0] && ratio <= noise[1]) return 'tie';
  if (rounds !== undefined && rounds < INTERVAL_ROUNDS) return 'tie';
  return ratio < 1 ? 'lower' : 'higher';
}

/** One point: a setting, what it cost, and the round that it is from. */
export interface FitPoint {
  readonly x: number;
  readonly y: number;
  readonly round: number;
}

/** A line through points, with the intervals of both its numbers. */
export interface LinearFit {
  /** cost = a + b · x, in the unit of y. */
  readonly a: number;
  readonly a_interval: Interval;
  readonly b: number;
  readonly b_interval: Interval;
  readonly points: number;
}

/** Sums of least squares about a centre, so that large x lose no digits. */
interface Sums {
  n: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
}

const noSums = (): Sums => ({ n: 0, x: 0, y: 0, xx: 0, xy: 0 });

/**
 * Least-squares line through all points, with 95 % intervals by resampling whole rounds (points of
 * one round share its noise). Throws RangeError unless two different finite x are there. With one
 * round the intervals have no width and say nothing.
 */
export function linearFit(points: readonly FitPoint[], seed: number): LinearFit {
  const centre = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const byRound = new Map<number, Sums>();
  for (const { x, y, round } of points) {
    const sums = byRound.get(round) ?? noSums();
    byRound.set(round, sums);
    const dx = x - centre;
    sums.n += 1;
    sums.x += dx;
    sums.y += y;
    sums.xx += dx * dx;
    sums.xy += dx * y;
  }
  const rounds = [...byRound.values()];
  const whole = solve(rounds, centre);
  if (!whole) throw new RangeError('A line needs points at two different finite x at least.');

  const random = createRandom(seed);
  const as: number[] = [];
  const bs: number[] = [];
  for (let i = 0; i < 2_000; i++) {
    const drawn = rounds.map(() => rounds[Math.floor(random() * rounds.length)]!);
    // A draw whose rounds happen to share one x has no line; the others decide.
    const line = solve(drawn, centre);
    if (!line) continue;
    as.push(line.a);
    bs.push(line.b);
  }
  return {
    ...whole,
    a_interval: middle95(Float64Array.from(as)),
    b_interval: middle95(Float64Array.from(bs)),
    points: points.length,
  };
}

function solve(parts: readonly Sums[], centre: number): { a: number; b: number } | undefined {
  const total = noSums();
  for (const part of parts) {
    total.n += part.n;
    total.x += part.x;
    total.y += part.y;
    total.xx += part.xx;
    total.xy += part.xy;
  }
  const spread = total.xx - (total.x * total.x) / total.n;
  // Rounding leaves a spread of about this size where all x are equal.
  if (!(spread > 1e-12 * total.xx) || !Number.isFinite(total.xy)) return undefined;
  const b = (total.xy - (total.x * total.y) / total.n) / spread;
  return { a: (total.y - b * total.x) / total.n - b * centre, b };
}
