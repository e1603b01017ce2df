// Opens a board's serial line for its keeper: raw, at a rate, and only where nobody else has it to
// himself. What stands in the way is said in words a user can act on.
import { constants } from 'node:fs';
import type { Platform } from '../../ffi/platform.ts';
import { busy, lockFileHolder, mayBePort, noPort, whyNotOpen } from './port.ts';

/** A descriptor, non-blocking. Throws Unsupported or SystemCallError. */
export function openLine({ posix, linux }: Platform, path: string, baud: number): number {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  // A disk, a pipe or a file must not be opened for writing only to find out that it is none.
  if (!mayBePort(path)) throw noPort(path);
  const locked = lockFileHolder(path);
  if (locked) throw busy(path, [locked]);
  let fd = -1;
  try {
    fd = posix.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    // The superuser gets in all the same (ioctl_tty(2), TIOCEXCL): two readers would share the bytes.
    if (linux?.isExclusive(fd) || posix.isLocked(fd)) throw busy(path);
    posix.makeRaw(fd, baud);
    return fd;
  } catch (error) {
    if (fd >= 0) posix.close(fd);
    throw whyNotOpen(path, error);
  }
}
