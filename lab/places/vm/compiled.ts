// What Node in the virtual machine has compiled is kept on the host and given to the next machine
// (nodejs.org/api/module.html, module compile cache): compiling takes a second or two of each run where the
// processor is emulated. Node itself checks each file against the source that it was made from.
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../records/folder.ts';
import type { Tree } from './tree.ts';

/** Where the guest finds it, and where it leaves what is new. */
export const COMPILED = '/compiled';
const LEFT = '.compiled';
const MOST_BYTES = 32 * 2 ** 20;

/** Adds what is kept to a tree. A folder that is not there has nothing yet. */
export function addCompiled(tree: Tree, kept: string): void {
  for (const name of filesIn(kept)) {
    const content = readFileSync(join(kept, name));
    tree.add(`${COMPILED}/${name}`, { kind: 'file', content });
  }
}

/**
 * Takes over what a guest left in the folder that it shares, and removes it there. Where the disk refuses,
 * or the guest left more than it should, the next machine compiles again: nothing throws.
 */
export function keepCompiled(out: string, kept: string): void {
  const left = join(out, LEFT);
  try {
    const names = filesIn(left);
    const bytes = names.reduce((sum, name) => sum + statSync(join(left, name)).size, 0);
    if (bytes > MOST_BYTES) return;
    for (const name of names) {
      const path = join(kept, name);
      makeFolder(dirname(path));
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, readFileSync(join(left, name)));
      renameSync(temporary, path);
    }
  } catch {
    // It is a copy of what can be made again.
  } finally {
    rmSync(left, { recursive: true, force: true });
  }
}

/** Plain files only, by their paths below the folder: what a guest leaves is not trusted to be such. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && /^[\w-]+$/.test(entry.name))
      .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch {
    return [];
  }
}
