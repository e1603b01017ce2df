// The calls of every Unix that are about files and memory: mapping, copying, making data safe. Sources:
// the manual pages of section 2 and 3 named like the functions.
import koffi from 'koffi';
import type { Memory, PosixCalls } from './platform.ts';
import { type Library, systemCallError } from './posix.ts';

type FileCalls = Pick<PosixCalls, 'fsync' | 'copy' | 'mapFile' | 'madvise'>;

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const FAILED = -1;

export function fileCalls(lib: Library): FileCalls {
  const address = 'uint64_t';
  const mmap = lib.func('mmap', 'int64_t', [address, address, 'int', 'int', 'int', 'int64_t']);
  const munmap = lib.func('munmap', 'int', [address, address]);
  return {
    fsync: lib.func('fsync', 'int', ['int']),
    copy: lib.func('memcpy', 'void', [address, address, address]),
    madvise: lib.func('madvise', 'int', [address, address, 'int']),
    mapFile(fd, length, writable): Memory {
      const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
      const at = Number(mmap(0, length, protection, MAP_SHARED, fd, 0));
      if (at === FAILED) throw systemCallError('mmap', `${length} bytes of a file`);
      let mapped = true;
      return {
        address: at,
        length,
        bytes: new Uint8Array(koffi.view(BigInt(at), length)),
        free() {
          if (!mapped) return;
          mapped = false;
          munmap(at, length);
        },
      };
    },
  };
}
