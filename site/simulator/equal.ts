// Is what the page counted the same as what the published record holds? The record keeps bins of all
// its rounds; every round begins on a fresh board, so each must have counted the same. Pure.
import { Histogram } from '../../lab/measure/histogram.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { SIMULATOR_EQUAL } from '../data/panel-strings.ts';

export interface Verdict {
  readonly equal: boolean;
  /** A sentence for the reader. */
  readonly words: string;
}

const no = (words: string): Verdict => ({ equal: false, words });

/** `values`: cycles from arrival to service as counted here, with this firmware image. */
export function compareWith(record: LabRecord, values: readonly number[], sha256: string): Verdict {
  const { firmware_sha256 } = record.identity;
  if (firmware_sha256 !== undefined && firmware_sha256 !== sha256) {
    return no(SIMULATOR_EQUAL.other_image);
  }
  const theirs = record.metrics.service_cycles;
  if (theirs === undefined || !('bins' in theirs)) return no(SIMULATOR_EQUAL.no_cycles);
  const mine = new Histogram();
  mine.recordMany(Float64Array.from(values));
  const rounds = theirs.n / values.length;
  if (!Number.isInteger(rounds) || rounds === 0) {
    return no(SIMULATOR_EQUAL.no_rounds(theirs.n));
  }
  if (theirs.min !== mine.min || theirs.max !== mine.max) {
    return no(SIMULATOR_EQUAL.range(theirs.min, theirs.max));
  }
  const bins = mine.toBins();
  const same =
    bins.index.length === theirs.bins.index.length &&
    bins.index.every((bin, at) => bin === theirs.bins.index[at]) &&
    bins.count.every((count, at) => count * rounds === theirs.bins.count[at]);
  if (!same) return no(SIMULATOR_EQUAL.bins);
  return { equal: true, words: SIMULATOR_EQUAL.same(rounds) };
}
