// The work behind `iolab compare`.
import { WrongUsage } from '../../errors.ts';
import { compareAcross, comparePair, isExact, repeatOf } from '../../records/compare.ts';
import { type Found, findRecords, neighboursOf } from '../../records/find.ts';
import type { Comparison, LabRecord } from '../../records/schema.ts';
import { colourDepth } from './colour.ts';
import { reportComparisons } from './comparison.ts';
import { EXIT, print, printJson, terminalWidth } from './output.ts';

/** Bootstrap resampling repeats: the same two sides always print the same interval. */
const SEED = 1;

interface Compared {
  readonly paired: boolean;
  readonly comparisons: Comparison[];
}

/**
 * Print B over A and return the exit code: 1 when slower was to fail and something is slower.
 * Throws BadRecord, or WrongUsage where the two sides have nothing in common.
 */
export function compare(
  a: string,
  b: string,
  { metric, failIf, json }: { metric: string; failIf?: 'slower'; json?: boolean },
): number {
  const sideA = findRecords(a);
  const sideB = findRecords(b);
  const { paired, comparisons } = compareSides(sideA, sideB, metric);
  if (comparisons.length === 0)
    throw new WrongUsage(whyNothing(sideA.records, sideB.records, metric));
  if (json) printJson({ schema: 'iolab/compare/1', metric, paired, a, b, comparisons });
  else {
    const exact = [...sideA.records, ...sideB.records].every(isExact);
    const look = { width: terminalWidth(), colour: colourDepth(), exact };
    const note = machinesNote(sideA.records, sideB.records);
    print(reportComparisons(comparisons, { ...look, paired, ...(note ? { note } : {}) }));
  }
  return failIf === 'slower' && comparisons.some(isSlower) ? EXIT.check_failed : 0;
}

/** Paired where both sides are one record of the same run, on the same device; else unpaired. */
export function compareSides(sideA: Found, sideB: Found, metric: string): Compared {
  const [a, b] = [sideA.records, sideB.records];
  const ids = new Set(a.map(record => `${record.run_id}/${record.id}`));
  if (b.every(record => ids.has(`${record.run_id}/${record.id}`))) {
    throw new WrongUsage('both sides are the same records; name two runs, or two records of one');
  }
  const [one, other] = [a[0], b[0]];
  const single = a.length === 1 && b.length === 1 && one && other;
  if (single && wereMeasuredInTurns(one, other)) {
    // The run's own noise stands beside them: a difference inside it is a tie here as in the run.
    const all = [one, other, ...neighboursOf(sideA)];
    const repeat = repeatOf(one, all) ?? repeatOf(other, all);
    const found = comparePair(one, other, { metric, seed: SEED, repeat });
    if (found) return { paired: true, comparisons: [found] };
  }
  return { paired: false, comparisons: compareAcross(a, b, { metric, seed: SEED }) };
}

/** One run measures the drivers and settings of one device in rounds that take turns. */
const wereMeasuredInTurns = (one: LabRecord, other: LabRecord): boolean =>
  (['run_id', 'experiment', 'device', 'place'] as const).every(key => one[key] === other[key]);

/** A ratio across machines says more about the machines than about the drivers. */
function machinesNote(a: readonly LabRecord[], b: readonly LabRecord[]): string | undefined {
  const named = (side: readonly LabRecord[]) =>
    [
      ...new Set(side.map(one => `${one.host.cpu_model}, ${one.host.os} ${one.host.kernel}`)),
    ].sort();
  const [one, other] = [named(a).join('; '), named(b).join('; ')];
  return one === other ? undefined : `Different machines. A: ${one}. B: ${other}.`;
}

/** More time per operation is slower; fewer operations per second are too. */
function isSlower({ metric, verdict }: Comparison): boolean {
  return verdict === (metric.endsWith('_per_s') ? 'lower' : 'higher');
}

function whyNothing(a: readonly LabRecord[], b: readonly LabRecord[], metric: string): string {
  const has = (side: readonly LabRecord[]) => side.some(one => metric in one.metrics);
  if (!has(a) || !has(b)) {
    const names = [...new Set([...a, ...b].flatMap(one => Object.keys(one.metrics)))].sort();
    return `no ${metric} on ${has(a) ? 'side B' : 'side A'}; measured: ${names.join(', ') || 'nothing'}`;
  }
  return 'the two sides have no experiment, device, driver and setting in common';
}
