// When requests of one byte are made: as fast as they can be for a fixed time, or rarely, at planned times.
// And when the first byte came into an empty buffer, for all buffers or for some.
import type { Platform } from '../../../ffi/platform.ts';
import { type StageContext, whole } from '../../stage.ts';

const DENSE_NS = 150e6;
const WARMUP_NS = 150e6;
/** Requests between two looks at the clock. */
const STRIDE = 256;
/** Where buffers of less than this fill without a pause, one in so many is timed. */
const SMALL_BYTES = 1024;
const SMALL_MASK = 63;
const MOST_TIMED = 100_000;

export interface Requests {
  /** The buffer goes to the kernel when it holds so many, or is filled with at most so many. */
  readonly threshold_bytes: number;
  /** Where they are rare: how many, and how many a second. */
  readonly rare: { readonly count: number; readonly rate_hz: number } | undefined;
}

export function requestsOf({ parameters }: StageContext): Requests {
  const threshold_bytes = whole(parameters, 'threshold_bytes');
  if (parameters.requests !== 'rare') return { threshold_bytes, rare: undefined };
  const rate_hz = Number(parameters.rate_hz);
  return { threshold_bytes, rare: { rate_hz, count: whole(parameters, 'count') } };
}

/** Calls `one` again and again until the time is over. Returns how often. */
function repeat(platform: Platform, length_ns: number, one: () => void): number {
  const now_ns = new Float64Array(1);
  platform.stamp(now_ns, 0);
  const end_ns = now_ns[0]! + length_ns;
  let made = 0;
  while (now_ns[0]! < end_ns) {
    for (let i = 0; i < STRIDE; i++) one();
    made += STRIDE;
    platform.stamp(now_ns, 0);
  }
  return made;
}

export const warmUp = (platform: Platform, one: () => void): void =>
  void repeat(platform, WARMUP_NS, one);

export const makeDense = (platform: Platform, one: () => void): number =>
  repeat(platform, DENSE_NS, one);

/** Places in the stream, and when something happened there. */
export class Times {
  readonly places = new Float64Array(MOST_TIMED);
  readonly times_ns = new Float64Array(MOST_TIMED);
  count = 0;
  readonly #platform: Platform;
  readonly #mask: number;
  #seen = 0;

  constructor(platform: Platform, { threshold_bytes, rare }: Requests) {
    this.#platform = platform;
    this.#mask = rare || threshold_bytes >= SMALL_BYTES ? 0 : SMALL_MASK;
  }

  /** It happens now, at `place`. */
  note(place: number): void {
    if ((this.#seen++ & this.#mask) !== 0 || this.count === MOST_TIMED) return;
    this.places[this.count] = place;
    this.#platform.stamp(this.times_ns, this.count++);
  }

  clear(): void {
    this.count = 0;
  }

  /** How much later the other end noted it, place by place; earlier where `sign` is −1. */
  until(passage: { time_ns(place: number): number | undefined }, sign: 1 | -1): number[] {
    const all: number[] = [];
    for (let i = 0; i < this.count; i++) {
      const other_ns = passage.time_ns(this.places[i]!);
      if (other_ns !== undefined) all.push(sign * (other_ns - this.times_ns[i]!));
    }
    return all;
  }
}
