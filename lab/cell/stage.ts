// Runs one stage in a cell: with the accounting at hand, and its counts brought back. A stage that
// never began the counting is not charged: then its own counts are all there is.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../ffi/platform.ts';
import { findStage } from '../stages/find.ts';
import type { StageResult } from '../stages/stage.ts';
import { Account } from './account.ts';
import type { CellJob, StageWorkload } from './protocol.ts';

export interface Staged {
  readonly account: Account;
  readonly result: StageResult;
}

/** Throws what the stage throws (lab/stages/stage.ts). */
export async function runStage(
  platform: Platform,
  job: CellJob,
  plan: StageWorkload,
): Promise<Staged> {
  const { parameters } = job;
  const stage = await findStage(plan.experiment, job.driver);
  const account = new Account(platform, () => ({}), job.interrupt_lines);
  const { seed } = plan;
  const folder = job.target.device === 'kernel' ? folderIn(job.target.path) : undefined;
  const target = folder === undefined ? job.target : { ...job.target, path: folder };
  try {
    const result = await stage.run({ platform, target, parameters, seed, counting: account });
    return { account, result };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder of its own in the device's, which the run removes even where this process is killed. */
const folderIn = (path: string): string => mkdtempSync(join(path, 'stage-'));
