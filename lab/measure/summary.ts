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

/** What the samples are, and from which seed intervals are drawn. */
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

/** All rounds together, and each by itself. */
export interface Summary {
  readonly distribution: Distribution;
  readonly perRound: RoundQuantiles[];
}

/**
 * Takes rounds one by one, each at a cost of its own size, and can tell the distribution at any
 * moment: so a checkpoint after every round stays cheap. Medians are exact; quantiles over all
 * samples come from the bins and are at most 1 % off.
 */
export class RunningSummary {
  readonly perRound: RoundQuantiles[] = [];
  readonly #options: SummaryOptions;
  readonly #histogram = new Histogram();
  readonly #medians: number[] = [];

  constructor(options: SummaryOptions) {
    this.#options = options;
  }

  get n(): number {
    return this.#histogram.n;
  }

  /**
   * Add a round. An empty one is listed with n = 0 and otherwise left out. Throws RangeError on a
   * sample outside [0, 2^53]. The samples are not changed.
   */
  add(samples: Float64Array): RoundQuantiles {
    this.#histogram.recordMany(samples);
    const quantiles = quantilesOf(samples.slice().sort());
    this.perRound.push(quantiles);
    if (quantiles.p50 !== undefined) this.#medians.push(quantiles.p50);
    return quantiles;
  }

  /** The distribution so far. `interval` is absent below INTERVAL_ROUNDS rounds. Throws RangeError without samples. */
  distribution(): Distribution {
    const histogram = this.#histogram;
    const { n } = histogram;
    if (n === 0) throw new RangeError('No samples to summarize: leave the metric out.');
    const supported = quantilesFor(n);
    const { kind, unit, seed } = this.#options;
    const p50 = median(this.#medians);
    // The middle of a bin may lie below an exact value within it.
    const p90 = Math.max(p50, histogram.quantile(0.9));
    const distribution: Distribution = {
      kind,
      unit,
      n,
      min: histogram.min,
      p50,
      p90,
      max: histogram.max,
      bins: histogram.toBins(),
    };
    if (supported.p99) distribution.p99 = Math.max(p90, histogram.quantile(0.99));
    if (supported.p999) distribution.p999 = Math.max(p90, histogram.quantile(0.999));
    if (this.#medians.length >= INTERVAL_ROUNDS) {
      distribution.interval = bootstrapInterval(this.#medians, { seed });
    }
    return distribution;
  }
}

/** All rounds at once. Throws RangeError as RunningSummary does. */
export function summarize(rounds: readonly Float64Array[], options: SummaryOptions): Summary {
  const running = new RunningSummary(options);
  for (const round of rounds) running.add(round);
  return { distribution: running.distribution(), perRound: running.perRound };
}

function quantilesOf(sorted: Float64Array): RoundQuantiles {
  const n = sorted.length;
  const quantiles: RoundQuantiles = { n };
  if (n >= 1) quantiles.p50 = quantileSorted(sorted, 0.5);
  if (n >= 10) quantiles.p90 = quantileSorted(sorted, 0.9);
  if (quantilesFor(n).p99) quantiles.p99 = quantileSorted(sorted, 0.99);
  return quantiles;
}
