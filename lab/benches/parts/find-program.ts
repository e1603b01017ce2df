// Where the shell would find a program.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a program that may be run, as the shell would find it; undefined where none is. */
export function findProgram(program: string, path = process.env.PATH ?? ''): string | undefined {
  // An empty entry of PATH means the current folder: a package manager is not looked for there.
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const full = join(folder, program);
    try {
      accessSync(full, constants.X_OK);
      if (statSync(full).isFile()) return full;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}
