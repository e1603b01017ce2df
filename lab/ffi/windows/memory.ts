// Stable memory on Windows (VirtualAlloc): whole pages outside the collector's reach, for OVERLAPPED
// structures and buffers that the system writes to until the operation has ended.
import koffi from 'koffi';
import type { Memory } from '../platform.ts';
import type { Library } from '../posix.ts';
import { MEM_COMMIT_RESERVE, MEM_RELEASE, PAGE_READWRITE } from './constants.ts';
import { windowsError } from './errors.ts';

/** Throws SystemCallError. */
export function virtualMemory(kernel32: Library, lastError: () => number) {
  const address = 'uint64_t';
  const allocate = kernel32.func('VirtualAlloc', address, [
    address,
    address,
    'uint32_t',
    'uint32_t',
  ]);
  const release = kernel32.func('VirtualFree', 'int', [address, address, 'uint32_t']);
  return (length: number): Memory => {
    const at = Number(allocate(0, length, MEM_COMMIT_RESERVE, PAGE_READWRITE));
    if (at === 0) throw windowsError('VirtualAlloc', lastError(), `${length} bytes`);
    let mapped = true;
    return {
      address: at,
      length,
      bytes: new Uint8Array(koffi.view(BigInt(at), length)),
      free() {
        if (!mapped) return;
        mapped = false;
        release(at, 0, MEM_RELEASE);
      },
    };
  };
}
