// The Linux calls that tell the page cache what to keep and ask it what it has, and that make data safe.
// Sources: the manual pages of section 2 and 3 named like the functions.
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type FileCalls = Pick<LinuxCalls, 'fdatasync' | 'posix_fadvise' | 'mincore'>;

export function linuxFileCalls(libc: Library): FileCalls {
  const address = 'uint64_t';
  return {
    fdatasync: libc.func('fdatasync', 'int', ['int']),
    posix_fadvise: libc.func('posix_fadvise', 'int', ['int', 'int64_t', 'int64_t', 'int']),
    mincore: libc.func('mincore', 'int', [address, address, address]),
  };
}
