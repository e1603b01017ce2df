// Log-linear bins: every octave is cut into 128 equal parts, so a bin is at most 1/128 of its value
// wide and two histograms add up bin by bin. The idea is HdrHistogram's (Gil Tene) and fio's
// (stat.h, "plat" bins); the bins are our own so that the record's format is.
import type { Bins } from '../records/schema.ts';

/** What records call these bins, so that others are not mistaken for them. */
export const SCHEME = 'log-linear-7';
/** Largest value that can be kept: 2^53, where doubles stop telling whole numbers apart. */
export const LARGEST = 2 ** 53;

/** Bins per octave. */
const SUB_BINS = 128;

/**
 * Bin of a value in [0, 2^53]. Fractions are cut off. Below 256 every bin holds one whole number;
 * above, the octave comes from counting leading zeros and the part from the seven bits that follow.
 */
export function binOf(value: number): number {
  if (value < 0x8000_0000) {
    const whole = value | 0;
    const shift = whole < 128 ? 0 : 24 - Math.clz32(whole);
    return (shift << 7) + (whole >>> shift);
  }
  // Beyond 32-bit arithmetic: scaled down by 2^24, which is exact, and 24 octaves up.
  const whole = (value * 2 ** -24) | 0;
  const shift = 24 - Math.clz32(whole);
  return (shift << 7) + (whole >>> shift) + (24 << 7);
}

/** How many bins the scheme has. */
export const BIN_COUNT = binOf(LARGEST) + 1;

/** Smallest value of a bin. */
export function binLow(index: number): number {
  if (index < SUB_BINS) return index;
  const shift = Math.floor(index / SUB_BINS) - 1;
  return (index - shift * SUB_BINS) * 2 ** shift;
}

/** Largest whole number in a bin. */
export function binHigh(index: number): number {
  return Math.min(binLow(index + 1) - 1, LARGEST);
}

/** Counts of values in bins of at most 1 % width; two histograms can be added. */
export class Histogram {
  readonly #counts = new Float64Array(BIN_COUNT);
  // n, min and max live in a typed array: a double field of an object may be boxed on each store.
  readonly #state = new Float64Array([0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);

  /** How many values were recorded. */
  get n(): number {
    return this.#state[0]!;
  }

  /** Smallest value, exact (after `fromBins`: the low edge of its bin); NaN when empty. */
  get min(): number {
    return this.n === 0 ? Number.NaN : this.#state[1]!;
  }

  /** Largest value, exact (after `fromBins`: the high edge of its bin); NaN when empty. */
  get max(): number {
    return this.n === 0 ? Number.NaN : this.#state[2]!;
  }

  /**
   * Count one value in [0, 2^53]. Allocates nothing. Throws RangeError on anything else: a negative
   * latency is a fault of the measurement and must not be hidden in a bin.
   */
  record(value: number): void {
    if (!(value >= 0 && value <= LARGEST)) refuse(value);
    const index = binOf(value);
    const counts = this.#counts;
    // `++` and literals: half the time of `= … + 1` and module constants, measured on V8 14.
    counts[index]!++;
    const state = this.#state;
    state[0]!++;
    if (value < state[1]!) state[1] = value;
    if (value > state[2]!) state[2] = value;
  }

  /** Count all values, or, where one of them is refused, none. Faster than one by one. */
  recordMany(values: Float64Array): void {
    const state = this.#state;
    let low = state[1]!;
    let high = state[2]!;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value >= 0 && value <= LARGEST)) refuse(value);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const counts = this.#counts;
    for (let i = 0; i < values.length; i++) {
      const index = binOf(values[i]!);
      counts[index]!++;
    }
    state[0] = state[0]! + values.length;
    state[1] = low;
    state[2] = high;
  }

  /** Add another histogram's counts to this one. The order of merging does not matter. */
  merge(other: Histogram): void {
    const theirs = other.#counts;
    const counts = this.#counts;
    for (let i = 0; i < BIN_COUNT; i++) counts[i] = counts[i]! + theirs[i]!;
    const state = this.#state;
    state[0] = state[0]! + other.#state[0]!;
    state[1] = Math.min(state[1]!, other.#state[1]!);
    state[2] = Math.max(state[2]!, other.#state[2]!);
  }

  /**
   * Nearest-rank quantile, as the middle of its bin: exact below 256, within 0.4 % above. Throws
   * RangeError when empty or when `q` is outside [0, 1].
   */
  quantile(q: number): number {
    if (this.n === 0) throw new RangeError('An empty histogram has no quantiles.');
    if (!(q >= 0 && q <= 1)) throw new RangeError(`A quantile lies in [0, 1], not at ${q}.`);
    if (q === 0) return this.min;
    const rank = nearestRank(this.n, q);
    if (rank >= this.n) return this.max;
    let seen = 0;
    let index = 0;
    while (index < BIN_COUNT - 1) {
      seen += this.#counts[index]!;
      if (seen >= rank) break;
      index++;
    }
    const middle = (binLow(index) + binHigh(index)) / 2;
    return Math.min(Math.max(middle, this.min), this.max);
  }

  /** The bins that hold something, ascending, as they stand in a record. */
  toBins(): Bins {
    const index: number[] = [];
    const count: number[] = [];
    for (let i = 0; i < BIN_COUNT; i++) {
      if (this.#counts[i] === 0) continue;
      index.push(i);
      count.push(this.#counts[i]!);
    }
    return { scheme: SCHEME, index, count };
  }

  /** A histogram from a record's bins. Throws RangeError on bins that `toBins` cannot have made. */
  static fromBins(bins: Bins): Histogram {
    const scheme: string = bins.scheme;
    if (scheme !== SCHEME) throw new RangeError(`Bins of scheme ${scheme}; this is ${SCHEME}.`);
    if (bins.index.length !== bins.count.length) {
      throw new RangeError('Bins need as many counts as indices.');
    }
    const histogram = new Histogram();
    const state = histogram.#state;
    let last = -1;
    for (let i = 0; i < bins.index.length; i++) {
      const at = bins.index[i]!;
      const count = bins.count[i]!;
      if (!Number.isInteger(at) || at <= last || at >= BIN_COUNT) {
        throw new RangeError(`Bin indices must ascend from 0 to ${BIN_COUNT - 1}; found ${at}.`);
      }
      if (!Number.isSafeInteger(count) || count < 1) {
        throw new RangeError(`A bin's count must be a whole number above 0, not ${count}.`);
      }
      last = at;
      histogram.#counts[at] = count;
      state[0] = state[0]! + count;
    }
    if (last >= 0) {
      state[1] = binLow(bins.index[0]!);
      state[2] = binHigh(last);
    }
    return histogram;
  }
}

/** Rank (from 1) of the q-quantile among n values; forgives the rounding of q · n. */
function nearestRank(n: number, q: number): number {
  return Math.min(n, Math.max(1, Math.ceil(q * n * (1 - 4 * Number.EPSILON))));
}

function refuse(value: number): never {
  throw new RangeError(
    `A histogram keeps values from 0 to 2^53, not ${value}. Look for a swapped start and end.`,
  );
}
