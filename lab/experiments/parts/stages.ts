// What every experiment plans whose drivers are stages: one cell that gets the setting as it is.
import { WrongUsage } from '../../errors.ts';
import type { PlannedCell, PlanRequest, Setting } from '../experiment.ts';

/** A cell of `experiment`'s stages. */
export const stageCell = (
  experiment: string,
  setting: Setting,
  seed: number,
  expected_ms: number,
): PlannedCell => ({
  depth: 1,
  parameters: Object.fromEntries(
    Object.entries(setting).map(([key, value]) => [key, String(value)]),
  ),
  workload: { kind: 'stage', experiment, seed },
  expected_ms,
});

/** The number that the user set for `name`, or the usual ones. Throws WrongUsage where it is none. */
export function countsOf(
  set: PlanRequest['set'],
  name: string,
  usual: readonly number[],
): readonly number[] {
  const given = set[name];
  if (given === undefined) return usual;
  const count = Number(given);
  if (Number.isInteger(count) && count > 0 && count <= MOST) return [count];
  throw new WrongUsage(`${name}=${given}: give a whole number from 1 to ${MOST}`);
}

/** A million of anything is more than any stage makes. */
const MOST = 1_000_000;
