// Where the reader's own records live: `.iolab` in the project, or the folder that IOLAB_HOME names
// (tests, a second disk). The published records of the site live elsewhere, see published.ts.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The lab's own folder, absolute. Not created here. */
export function labHome(): string {
  const chosen = process.env.IOLAB_HOME;
  if (chosen) return resolve(chosen);
  return join(fileURLToPath(new URL('../../', import.meta.url)), '.iolab');
}

/** The folder of run folders: `<home>/records/<run_id>/`. Not created here. */
export function recordsFolder(home: string = labHome()): string {
  return join(home, 'records');
}
