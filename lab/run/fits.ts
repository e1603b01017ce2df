// cost = a + b·n over the records of one run that differ in one setting: how much was moved, how many
// descriptors were watched. Counts that lie on a line to the digit get the line itself, with intervals
// of no width; others get least squares.

import type { Experiment } from '../experiments/experiment.ts';
import { type FitPoint, INTERVAL_ROUNDS, linearFit } from '../measure/statistics.ts';
import { isRepeat } from '../records/compare.ts';
import type { Fit, LabRecord } from '../records/schema.ts';

/** The setting that says how much is moved, in every experiment that counts. */
const OVER = 'records';
/** Two points always lie on a line. */
const LEAST_POINTS = 3;

type Line = Pick<Fit, 'a' | 'a_interval' | 'b' | 'b_interval' | 'points'>;

type Law = NonNullable<Experiment['fits']>[number];

/** A line for each program or driver and each count of its records; and for each law that was asked. */
export function fitsOf(
  records: readonly LabRecord[],
  seed: number,
  experiments: readonly Pick<Experiment, 'id' | 'fits'>[] = [],
): Fit[] {
  const asked = experiments.flatMap(({ id, fits = [] }) =>
    fits.flatMap(law =>
      lawOf(
        records.filter(one => one.experiment === id && !isRepeat(one)),
        law,
        seed,
      ),
    ),
  );
  return [...countsOf(records, seed), ...asked];
}

/** One law over the records of one experiment: a line for each driver and each other setting. */
function lawOf(records: readonly LabRecord[], { metric, over }: Law, seed: number): Fit[] {
  const usable = records.filter(
    one => one.status === 'ok' && typeof one.parameters[over] === 'number',
  );
  const groups = Map.groupBy(usable, ({ device, driver, parameters: { [over]: _, ...others } }) =>
    JSON.stringify([device, driver, others]),
  );
  return [...groups.values()].flatMap(group => {
    const { experiment, device, driver, parameters } = group[0]!;
    const { [over]: _, ...others } = parameters;
    const same = Object.keys(others).length > 0 ? { parameters: others } : {};
    const line = lineThrough(pointsOf(group, metric, over), seed);
    return line ? [{ experiment, device, driver, metric, over, ...same, ...line }] : [];
  });
}

const pointsOf = (group: readonly LabRecord[], metric: string, over: string): FitPoint[] =>
  group.flatMap(({ parameters, rounds }) =>
    rounds.flatMap(({ round, values }) => {
      const y = values[metric];
      return y === undefined ? [] : [{ x: Number(parameters[over]), y, round }];
    }),
  );

function countsOf(records: readonly LabRecord[], seed: number): Fit[] {
  const groups = new Map<string, LabRecord[]>();
  for (const record of records) {
    if (record.status !== 'ok' || isRepeat(record)) continue;
    if (typeof record.parameters[OVER] !== 'number') continue;
    const { [OVER]: _, ...others } = record.parameters;
    const key = JSON.stringify([record.experiment, record.device, record.driver, others]);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].flatMap(group => fitsOfGroup(group, seed));
}

function fitsOfGroup(group: readonly LabRecord[], seed: number): Fit[] {
  const { experiment, device, driver, metrics, parameters } = group[0]!;
  const { [OVER]: _, ...others } = parameters;
  const same = Object.keys(others).length > 0 ? { parameters: others } : {};
  // What is already per operation does not grow with their number.
  const names = Object.entries(metrics).flatMap(([name, metric]) =>
    metric.kind === 'count' && 'value' in metric && metric.unit !== '1/op' && !perRound(name)
      ? [name]
      : [],
  );
  // A total of the whole round, however long that was, where the same is there per operation.
  function perRound(name: string): boolean {
    return metrics[`${name}_per_op`] !== undefined && name === 'interrupts';
  }
  return names.flatMap(metric => {
    const points = pointsOf(group, metric, OVER);
    // What never happened is told by its metric; a line through zeros says no more.
    if (points.every(({ y }) => y === 0)) return [];
    const line = lineThrough(points, seed);
    return line ? [{ experiment, device, driver, metric, over: OVER, ...same, ...line }] : [];
  });
}

/**
 * The line through the points; nothing where there are too few, or where they scatter and too few
 * rounds would make an interval that says nothing. Nor is there one where every round says the same and it
 * is no line: intervals without width would call it exact.
 */
export function lineThrough(points: readonly FitPoint[], seed: number): Line | undefined {
  if (new Set(points.map(({ x }) => x)).size < LEAST_POINTS) return undefined;
  const exact = exactLine(points);
  if (exact) return exact;
  const rounds = new Set(points.map(({ round }) => round)).size;
  if (rounds < INTERVAL_ROUNDS) return undefined;
  const fit = linearFit(points, seed);
  return hasWidth(fit.a_interval) || hasWidth(fit.b_interval) ? fit : undefined;
}

const hasWidth = ([low, high]: Fit['a_interval']): boolean => low !== high;

function exactLine(points: readonly FitPoint[]): Line | undefined {
  const [first] = points;
  const other = points.find(({ x }) => x !== first!.x);
  if (!first || !other) return undefined;
  // Added to 0, so that no difference becomes −0.
  const b = (other.y - first.y) / (other.x - first.x) + 0;
  const a = first.y - b * first.x + 0;
  if (points.some(({ x, y }) => a + b * x !== y)) return undefined;
  return { a, a_interval: [a, a], b, b_interval: [b, b], points: points.length };
}
