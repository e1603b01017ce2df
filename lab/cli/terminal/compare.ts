// The work behind `iolab compare`.
import { WrongUsage } from '../../errors.ts';
import { compareAcross, compareInsideRun, isRepeat } from '../../records/compare.ts';
import { findRecords } from '../../records/find.ts';
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
  const { paired, comparisons } = compareSides(sideA.records, sideB.records, metric);
  if (comparisons.length === 0)
    throw new WrongUsage(whyNothing(sideA.records, sideB.records, metric));
  if (json) printJson({ schema: 'iolab/compare/1', metric, paired, a, b, comparisons });
  else {
    const exact = [...sideA.records, ...sideB.records].every(one => isExact(one, metric));
    const look = { width: terminalWidth(), colour: colourDepth(), exact };
    const note = machinesNote(sideA.records, sideB.records);
    print(reportComparisons(comparisons, { ...look, paired, ...(note ? { note } : {}) }));
  }
  return failIf === 'slower' && comparisons.some(isSlower) ? EXIT.check_failed : 0;
}

/** A count of a simulated machine that nothing of the host can touch. */
const isExact = ({ evidence, notes = [], metrics }: LabRecord, metric: string): boolean =>
  evidence.processor === 'emulated' &&
  (metrics[metric]?.kind ?? 'count') === 'count' &&
  !notes.some(note => note.startsWith('approximate'));

/** Paired where both sides are one record of the same run and setting; else unpaired. */
export function compareSides(
  a: readonly LabRecord[],
  b: readonly LabRecord[],
  metric: string,
): Compared {
  const ids = new Set(a.map(record => `${record.run_id}/${record.id}`));
  if (b.every(record => ids.has(`${record.run_id}/${record.id}`))) {
    throw new WrongUsage('both sides are the same records; name two runs, or two records of one');
  }
  const [one, other] = [a[0], b[0]];
  const single = a.length === 1 && b.length === 1 && one && other;
  if (single && one.run_id === other.run_id) {
    const comparisons = pairOf(one, other, metric);
    if (comparisons.length > 0) return { paired: true, comparisons };
  }
  return { paired: false, comparisons: compareAcross(a, b, { metric, seed: SEED }) };
}

/** The record compared may be the baseline's own repeat: then the row shows the noise. */
function pairOf(base: LabRecord, record: LabRecord, metric: string): Comparison[] {
  const plain = { ...base, parameters: { ...base.parameters, repeat: 0 } };
  const same = record.driver === base.driver;
  const compared =
    same && !isRepeat(record)
      ? { ...record, parameters: { ...record.parameters, repeat: 1 } }
      : record;
  return compareInsideRun([plain, compared], { baseline: base.driver, metric, seed: SEED });
}

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
