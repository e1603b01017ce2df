// A run's own folder for pipes, links and files, and the sweep that removes what killed runs left.
// A folder is in use exactly as long as its lock is held, and a lock dies with its holder.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CannotSave } from '../errors.ts';
import { makeFolder } from '../records/folder.ts';
import { labHome } from '../records/home.ts';
import { sweepTemporary } from '../records/write.ts';
import { isHeld, type Lock, takeLock } from './lock.ts';

export interface Workspace {
  /** A new folder in it for one device. */
  folder(name: string): string;
  /** Remove everything. Idempotent. */
  remove(): Promise<void>;
}

const lockName = (run_id: string) => `run-${run_id}`;

/** Throws CannotSave where the lab's folder cannot be written. */
export async function openWorkspace(run_id: string, home = labHome()): Promise<Workspace> {
  const root = join(home, 'tmp', run_id);
  const lock: Lock = await takeLock(lockName(run_id), run_id, 0);
  try {
    makeFolder(root);
  } catch (error) {
    await lock.release();
    const code = (error as NodeJS.ErrnoException).code;
    throw new CannotSave(`${root}: ${code}; choose another place with IOLAB_HOME=DIR`);
  }
  return {
    folder(name) {
      const path = join(root, name.replaceAll(/[^A-Za-z0-9.-]/g, '_'));
      makeFolder(path);
      return path;
    },
    async remove() {
      rmSync(root, { recursive: true, force: true });
      await lock.release();
    },
  };
}

/**
 * Remove folders and temporary files of runs that are no more. Returns how many. Never throws: what is not
 * ours to remove stays, as a folder that root’s run left. A test hands in a `remove` that fails.
 */
export async function sweep(home = labHome(), remove: typeof rmSync = rmSync): Promise<number> {
  let removed = sweepTemporary(join(home, 'records'));
  let names: string[] = [];
  try {
    names = readdirSync(join(home, 'tmp'));
  } catch {
    // No run has been here yet.
  }
  for (const name of names) {
    if (await isHeld(lockName(name))) continue;
    try {
      remove(join(home, 'tmp', name), { recursive: true, force: true });
      removed++;
    } catch {
      // Whoever may remove it does so at the next start of theirs.
    }
  }
  return removed;
}
