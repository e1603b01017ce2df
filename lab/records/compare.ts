// Comparisons: paired round by round inside a run (what both drivers shared in a round cancels), and
// unpaired across runs, said so. The baseline against itself, its A/A repeat, shows the noise: a
// difference inside it is a tie.
import { createRandom, deriveSeed } from '../measure/random.ts';
import { median, pairedRatio, quantileSorted, verdict } from '../measure/statistics.ts';
import type { Comparison, LabRecord } from './schema.ts';

/** Marks the baseline's repeat: `repeat: 1` among its parameters. */
export const REPEAT = 'repeat';

/** What is compared inside one run, and from which seed its intervals are drawn. */
export interface InsideOptions {
  /** Driver id that the others are divided by. */
  readonly baseline: string;
  readonly metric: string;
  readonly seed: number;
  /** The baseline has one setting only, and every setting is divided by it. */
  readonly across?: boolean;
}

/** Across runs nothing is paired: the medians are divided, and both sides vary. */
export interface AcrossComparison extends Comparison {
  readonly paired: false;
  /** Rounds of the baseline; `rounds` are the driver's. */
  readonly baseline_rounds: number;
}

/** Per round number, the metric's median or value in that round. */
export function roundValues(record: LabRecord, metric: string): Map<number, number> {
  const values = new Map<number, number>();
  for (const round of record.rounds) {
    const value = round.values[metric] ?? (metric === 'latency_ns' ? round.p50 : undefined);
    if (value !== undefined && Number.isFinite(value)) values.set(round.round, value);
  }
  return values;
}

/** Parameters without the mark of a repeat, so that a repeat falls in with its original. */
export function settingOf(record: LabRecord): LabRecord['parameters'] {
  return Object.fromEntries(Object.entries(record.parameters).filter(([key]) => key !== REPEAT));
}

/** Is this record the baseline's A/A repeat? */
export function isRepeat(record: LabRecord): boolean {
  return Boolean(record.parameters[REPEAT]);
}

/** Experiment, device, place and setting in one string: the same for what was measured alike. */
export function groupKey(record: LabRecord): string {
  const setting = Object.entries(settingOf(record)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([record.experiment, record.device, record.place, setting]);
}

/**
 * Every driver over the baseline of the same experiment, device, place and setting; rounds are
 * matched by their number, so partial records take part with what they have. A parameter that only
 * one of the two drivers has (how a ring is filled) does not keep them apart. Records without rounds
 * of this metric, and ratios over zero, are left out.
 */
export function compareInsideRun(
  records: readonly LabRecord[],
  { baseline, metric, seed, across = false }: InsideOptions,
): Comparison[] {
  const ratioOf = (record: LabRecord, base: LabRecord): Comparison | undefined => {
    const part = [groupKey(record), record.driver, isRepeat(record) ? 1 : 0];
    return pairUp(record, base, metric, deriveSeed(seed, ...part));
  };
  const bases = records.filter(one => one.driver === baseline && !isRepeat(one));
  const baseOf = (record: LabRecord) => closest(record, bases, across);
  const noiseOf = new Map<LabRecord, Comparison>();
  for (const repeat of records.filter(one => one.driver === baseline && isRepeat(one))) {
    const base = baseOf(repeat);
    const noise = base && ratioOf(repeat, base);
    if (noise) noiseOf.set(base, noise);
  }
  const compared = records.flatMap((record): Comparison[] => {
    const base = record.driver === baseline || isRepeat(record) ? undefined : baseOf(record);
    const found = base && ratioOf(record, base);
    if (!found) return [];
    const noise = noiseOf.get(base);
    // Two-sided: A/A that came out at 1.05 could as well have come out at 1/1.05.
    const band = noise && bothWays(noise.interval);
    const rounds = settledByOne(base, record, found.rounds);
    return [{ ...found, verdict: verdict(found.ratio, found.interval, band, rounds) }];
  });
  return [...noiseOf.values(), ...compared];
}

/**
 * The baseline that agrees in every parameter both have, or `across` settings any; the one that agrees
 * in most, and then has most in common.
 */
function closest(
  record: LabRecord,
  bases: readonly LabRecord[],
  across: boolean,
): LabRecord | undefined {
  const setting = settingOf(record);
  const inCommon = (base: LabRecord) =>
    Object.keys(settingOf(base)).filter(key => setting[key] !== undefined);
  const agreed = (base: LabRecord) =>
    inCommon(base).filter(key => base.parameters[key] === setting[key]).length;
  return bases
    .filter(
      base =>
        base.experiment === record.experiment &&
        base.device === record.device &&
        base.place === record.place &&
        (across || inCommon(base).every(key => base.parameters[key] === setting[key])),
    )
    .sort((a, b) => agreed(b) - agreed(a) || inCommon(b).length - inCommon(a).length)[0];
}

/** Of two records of one run, which may differ in their settings. */
export interface PairComparison extends Comparison {
  readonly baseline_parameters: LabRecord['parameters'];
}

/**
 * B over A of two records of one run, whatever their settings: their rounds were measured in turns. `repeat` is
 * the A/A repeat of either side, where there is one: a difference inside it is a tie. Undefined where no round
 * of both has the metric.
 */
export function comparePair(
  base: LabRecord,
  record: LabRecord,
  {
    metric,
    seed,
    repeat,
  }: { readonly metric: string; readonly seed: number; readonly repeat?: LabRecord | undefined },
): PairComparison | undefined {
  const ratio = pairUp(record, base, metric, deriveSeed(seed, base.id, record.id));
  if (!ratio) return undefined;
  const found = { ...ratio, baseline_parameters: settingOf(base) };
  const isItself = record.driver === base.driver && groupKey(record) === groupKey(base);
  // The noise itself has no verdict.
  if (isItself) return found;
  const original = [base, record].find(
    one => repeat && one.driver === repeat.driver && groupKey(one) === groupKey(repeat),
  );
  const noise = repeat && original && pairUp(repeat, original, metric, deriveSeed(seed, repeat.id));
  const band = noise && bothWays(noise.interval);
  const rounds = settledByOne(base, record, found.rounds);
  return { ...found, verdict: verdict(found.ratio, found.interval, band, rounds) };
}

/** The A/A repeat of a record among those of its run. */
export function repeatOf(record: LabRecord, all: readonly LabRecord[]): LabRecord | undefined {
  if (isRepeat(record)) return undefined;
  const key = groupKey(record);
  return all.find(
    one =>
      isRepeat(one) &&
      one.run_id === record.run_id &&
      one.driver === record.driver &&
      groupKey(one) === key,
  );
}

/**
 * B over A for every pair of records with the same experiment, device, place, driver and setting;
 * or, where each side is a single record, for those two if experiment and device agree. Unpaired:
 * a bootstrap of the ratio of medians over rounds.
 */
export function compareAcross(
  a: readonly LabRecord[],
  b: readonly LabRecord[],
  { metric, seed }: { readonly metric: string; readonly seed: number },
): AcrossComparison[] {
  const found: AcrossComparison[] = [];
  const single = a.length === 1 && b.length === 1;
  for (const record of b) {
    if (!single && isRepeat(record)) continue;
    const base = single ? a[0] : a.find(one => isSame(one, record));
    if (!base || base.experiment !== record.experiment || base.device !== record.device) continue;
    const one = [...roundValues(record, metric).values()];
    const other = [...roundValues(base, metric).values()];
    if (one.length === 0 || other.length === 0) continue;
    const ratio = median(one) / median(other);
    const interval = ratioInterval(one, other, deriveSeed(seed, groupKey(record), record.driver));
    if (!Number.isFinite(ratio) || !interval.every(Number.isFinite)) continue;
    const fewest = Math.min(one.length, other.length);
    found.push({
      experiment: record.experiment,
      device: record.device,
      driver: record.driver,
      baseline: base.driver,
      parameters: settingOf(record),
      metric,
      ratio,
      interval,
      rounds: one.length,
      baseline_rounds: other.length,
      verdict: verdict(ratio, interval, undefined, settledByOne(base, record, fewest)),
      paired: false,
    });
  }
  return found;
}

function isSame(a: LabRecord, b: LabRecord): boolean {
  return a.driver === b.driver && !isRepeat(a) && groupKey(a) === groupKey(b);
}

/**
 * Does the record hold exact counts, the same in every run? A simulated machine or board that is asked on its
 * own gives such. Where anything is timed the host has a part in it, and its calls and switches differ from run
 * to run; Wine and the virtual machine run by the host's clock, and so does what a note calls approximate.
 */
export function isExact({ evidence, place, metrics, notes = [] }: LabRecord): boolean {
  return (
    evidence.device === 'simulated' &&
    place === 'host' &&
    Object.values(metrics).every(metric => metric.kind === 'count') &&
    !notes.some(note => note.startsWith('approximate'))
  );
}

/** Exact counts are settled by one round; all else needs several, see `verdict`. */
function settledByOne(base: LabRecord, record: LabRecord, rounds: number): number | undefined {
  return isExact(base) && isExact(record) ? undefined : rounds;
}

function pairUp(
  record: LabRecord,
  base: LabRecord,
  metric: string,
  seed: number,
): Comparison | undefined {
  const theirs = roundValues(base, metric);
  const pairs = [...roundValues(record, metric)].filter(([round]) => theirs.has(round));
  const found = pairedRatio(
    pairs.map(([, value]) => value),
    pairs.map(([round]) => theirs.get(round)!),
    seed,
  );
  if (!found) return undefined;
  return {
    experiment: record.experiment,
    device: record.device,
    driver: record.driver,
    baseline: base.driver,
    parameters: settingOf(record),
    metric,
    ratio: found.ratio,
    interval: found.interval,
    rounds: pairs.length,
    verdict: 'noise',
  };
}

function bothWays([low, high]: readonly [number, number]): [number, number] {
  const widest = Math.max(high, low > 0 ? 1 / low : high);
  return [1 / widest, widest];
}

/** 95 % percentile bootstrap of median(a) / median(b), both sides resampled. */
function ratioInterval(a: readonly number[], b: readonly number[], seed: number): [number, number] {
  const random = createRandom(seed);
  const draw = (values: readonly number[]) =>
    median(values.map(() => values[Math.floor(random() * values.length)]!));
  const ratios = Float64Array.from({ length: 2_000 }, () => draw(a) / draw(b)).sort();
  return [quantileSorted(ratios, 0.025), quantileSorted(ratios, 0.975)];
}
