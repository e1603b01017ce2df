// A steady name for a pseudo-terminal: a symbolic link, made so that nothing of anybody else's is
// overwritten, and removed only while it is still ours.
import { existsSync, lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { WrongUsage } from '../errors.ts';

/** Where a link of ours leads: to a pseudo-terminal of Linux or macOS. */
const TERMINAL = /^\/dev\/(pts\/\d+|ttys\d+)$/;

/** Make `link` point to `path`. Throws WrongUsage when something else is there, or no folder for it. */
export function makeLink(link: string, path: string): void {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && !existsSync(link) && TERMINAL.test(readlinkSync(link))) {
    unlinkSync(link); // points nowhere: left by an emulator that was killed
  } else if (there) {
    const leads = there.isSymbolicLink() ? ` and leads to ${readlinkSync(link)}` : '';
    throw new WrongUsage(
      `${link} is already there${leads}: remove it, or give another name to --link`,
    );
  }
  try {
    symlinkSync(path, link);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = reasons[code ?? ''] ?? code;
    throw new WrongUsage(`${link} cannot be made: ${why}; give another name to --link`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is a file',
  EACCES: 'no permission in its folder',
  EPERM: 'its file system has no links, or does not permit them',
  EROFS: 'its file system is read-only',
};

/** Remove `link` if it still points to `path`. */
export function removeLink(link: string, path: string): void {
  try {
    if (readlinkSync(link) === path) unlinkSync(link);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EINVAL') throw error; // gone, or no longer a link
  }
}
