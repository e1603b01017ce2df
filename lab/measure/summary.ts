// From raw samples to what a record keeps: the median of the rounds' medians with its interval, and
// the quantiles and bins over all samples. One odd round moves the tail, not the median.
import type { Distribution } from '../records/schema.ts';
import { Histogram } from './histogram.ts';
import {
  bootstrapInterval,
  INTERVAL_ROUNDS,
  median,
  quantileSorted,
  quantilesFor,
} from './statistics.ts';

export interface SummaryOptions {
  /** Unit of the samples: `ns`, `cycles`, … */
  readonly unit: string;
  readonly kind: 'time' | 'count';
  readonly seed: number;
}

/** One round's own quantiles; those that its samples do not support are absent. */
export interface RoundQuantiles {
  n: number;
  p50?: number;
  p90?: number;
  p99?: number;
}

export interface Summary {
  readonly distribution: Distribution;
  readonly perRound: RoundQuantiles[];
}

/**
 * Summarize the samples of all rounds. Empty rounds are listed with n = 0 and otherwise left out.
 * `interval` is absent below INTERVAL_ROUNDS rounds. Throws RangeError when there is no sample at
 * all, or one outside [0, 2^53]. The samples are not changed.
 */
export function summarize(rounds: readonly Float64Array[], options: SummaryOptions): Summary {
  const total = rounds.reduce((sum, round) => sum + round.length, 0);
  if (total === 0) throw new RangeError('No samples to summarize: leave the metric out.');
  const histogram = new Histogram();
  const all = new Float64Array(total);
  const perRound: RoundQuantiles[] = [];
  const medians: number[] = [];
  let at = 0;
  for (const round of rounds) {
    histogram.recordMany(round);
    all.set(round, at);
    const sorted = all.subarray(at, at + round.length).sort();
    at += round.length;
    const quantiles = quantilesOf(sorted);
    perRound.push(quantiles);
    if (quantiles.p50 !== undefined) medians.push(quantiles.p50);
  }
  all.sort();

  const supported = quantilesFor(total);
  const distribution: Distribution = {
    kind: options.kind,
    unit: options.unit,
    n: total,
    min: all[0]!,
    p50: median(medians),
    p90: quantileSorted(all, 0.9),
    max: all[total - 1]!,
    bins: histogram.toBins(),
  };
  if (supported.p99) distribution.p99 = quantileSorted(all, 0.99);
  if (supported.p999) distribution.p999 = quantileSorted(all, 0.999);
  if (medians.length >= INTERVAL_ROUNDS) {
    distribution.interval = bootstrapInterval(medians, { seed: options.seed });
  }
  return { distribution, perRound };
}

function quantilesOf(sorted: Float64Array): RoundQuantiles {
  const n = sorted.length;
  const quantiles: RoundQuantiles = { n };
  if (n >= 1) quantiles.p50 = quantileSorted(sorted, 0.5);
  if (n >= 10) quantiles.p90 = quantileSorted(sorted, 0.9);
  if (quantilesFor(n).p99) quantiles.p99 = quantileSorted(sorted, 0.99);
  return quantiles;
}
