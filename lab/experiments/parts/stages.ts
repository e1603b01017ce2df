// What every experiment plans whose drivers are stages: one cell that gets the setting as it is.
import type { PlannedCell, Setting } from '../experiment.ts';

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
