// Runs one program of a classic machine in a cell: a folder of its own, a bound on its time, and the
// counts it brings back. The machine is its own ruler: nothing of the host is measured. The folder
// lies in the device's, which the run removes even where this process is killed.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { splitId } from '../devices/find.ts';
import { findProgram } from '../machines/find.ts';
import type { ProgramResult } from '../machines/program.ts';
import type { CellJob, ProgramWorkload } from './protocol.ts';

/** Throws what the program throws (lab/machines/program.ts). */
export async function runProgram(job: CellJob, plan: ProgramWorkload): Promise<ProgramResult> {
  const program = await findProgram(splitId(job.target.device).family, job.driver);
  const folder = mkdtempSync(join(job.target.path, 'program-'));
  try {
    const { signal } = new AbortController();
    return await program.run({
      folder,
      parameters: job.parameters,
      limit_ms: plan.limit_ms,
      signal,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
