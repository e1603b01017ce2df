// Makes a folder with those above it, in bounded time. Node's own recursive mkdir tries for ever where
// the folder above is there and yet takes nothing (`/proc/x`: mkdir(2) says ENOENT), deaf to signals.
import * as fs from 'node:fs';
import { dirname } from 'node:path';

type FolderCalls = Pick<typeof fs, 'mkdirSync'>;

/** Nothing happens where the folder is there. Throws as mkdirSync: EEXIST for a file, EACCES, … */
export function makeFolder(path: string, calls: FolderCalls = fs): void {
  try {
    calls.mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    // Where the folder above is there, trying again would say the same.
    if (code === 'ENOENT' && above !== path && !fs.existsSync(above)) {
      makeFolder(above, calls);
      makeFolder(path, calls);
    } else if (code !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error;
  }
}
