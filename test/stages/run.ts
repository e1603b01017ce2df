// Runs a stage in this process, as a cell does, and reads what it left behind.
import { readdirSync } from 'node:fs';
import type { Platform } from '../../lab/ffi/platform.ts';
import { findStage } from '../../lab/stages/find.ts';
import type { StageContext, StageResult } from '../../lab/stages/stage.ts';

export const stageContext = (
  platform: Platform,
  parameters: StageContext['parameters'],
  seed = 1,
): StageContext => ({
  platform,
  target: { device: 'kernel', kind: 'events', path: '', tty: false, writable: false },
  parameters,
  seed,
  counting: { begin: () => platform.now(), end() {} },
});

export async function runStage(
  platform: Platform,
  experiment: string,
  id: string,
  parameters: StageContext['parameters'],
  seed = 1,
): Promise<StageResult> {
  const stage = await findStage(experiment, id);
  return stage.run(stageContext(platform, parameters, seed));
}

/** The middle one of the samples of a series. */
export function middle(result: StageResult, name: string): number {
  const sorted = [...(result.series?.[name] ?? [])].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** What a stage must leave as it found it. */
export const held = () => ({
  descriptors: readdirSync('/proc/self/fd').length,
  threads: readdirSync('/proc/self/task').length,
});
