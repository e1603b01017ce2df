// A steady name for a pseudo-terminal: a symbolic link, made so that nothing of anybody else's is
// overwritten, and removed only while it is still ours.
import { existsSync, lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { WrongUsage } from '../errors.ts';

/** Make `link` point to `path`. Throws WrongUsage when something else is there. */
export function makeLink(link: string, path: string): void {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && !existsSync(link)) {
    unlinkSync(link); // points nowhere: left by an emulator that was killed
  } else if (there) {
    throw new WrongUsage(`${link} is already there: remove it, or give another name to --link`);
  }
  symlinkSync(path, link);
}

/** Remove `link` if it still points to `path`. */
export function removeLink(link: string, path: string): void {
  try {
    if (readlinkSync(link) === path) unlinkSync(link);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EINVAL') throw error; // gone, or no longer a link
  }
}
