// Looking at a running process on Windows: its threads, the processor a thread is on, what a library exports,
// which thread calls a callback, and how often the program itself calls a function. The last two need code
// that runs on any thread without asking Node, so it is a few bytes of machine code, written out below.
// Sources: "Tool Help Library" and "PE Format" (learn.microsoft.com/windows/win32), winternl.h for the TEB.
import koffi from 'koffi';
import { Unsupported } from '../../errors.ts';
import type { Library } from '../posix.ts';
import type { NativeCallback } from './calls.ts';
import { INVALID_HANDLE_VALUE, MEM_COMMIT_RESERVE, MEM_RELEASE } from './constants.ts';
import { windowsError } from './errors.ts';
import { countImports, type ImportCounts } from './imports.ts';

export interface InspectionCalls {
  /** Numbers of all threads of this process. Throws SystemCallError. */
  threads(): number[];
  /** Number of the processor on which the calling thread runs now. */
  processor(): number;
  /** Keep the calling thread on the processors of this mask. Returns the mask before, or 0. */
  pin(mask: number): number;
  /**
   * Is there a file of this name? Asked by this very process (GetFileAttributesW); under Wine its server opens
   * whatever is opened, and another process would find another /proc/self.
   */
  exists(path: string): boolean;
  /** Does the library export a function of this name? False also where there is no such library. */
  exported(library: string, name: string): boolean;
  /**
   * A callback whose third argument is an OVERLAPPED, as that of ReadFileEx, BindIoCompletionCallback and
   * CreateThreadpoolIo: it notes the number of the thread that runs it, `offset` bytes behind that
   * structure's beginning. Throws Unsupported on other processors than x64.
   */
  threadNoter(offset: number): NativeCallback;
  /**
   * From now on every call that the program itself makes of these functions is counted, on whatever
   * thread; calls of libraries are not. Throws Unsupported on other processors than x64.
   */
  countImports(names: readonly string[]): ImportCounts;
}

const TH32CS_SNAPTHREAD = 4;
const THREADENTRY32_BYTES = 28;
const THREAD_ID = 8;
const OWNER_PROCESS_ID = 12;
const CURRENT_THREAD = -2;
const INVALID_FILE_ATTRIBUTES = 0xffff_ffff;
const PAGE_EXECUTE_READWRITE = 0x40;
const PAGE_BYTES = 4096;

const word = 'uint64_t';
const handle = 'int64_t';
const dword = 'uint32_t';

export function inspectionCalls(lib: Library): InspectionCalls {
  const lastError: () => number = lib.func('GetLastError', dword, []);
  const snapshot = lib.func('CreateToolhelp32Snapshot', handle, [dword, dword]);
  const first = lib.func('Thread32First', 'int', [handle, 'void *']);
  const next = lib.func('Thread32Next', 'int', [handle, 'void *']);
  const close = lib.func('CloseHandle', 'int', [handle]);
  const processId = lib.func('GetCurrentProcessId', dword, []);
  const setAffinity = lib.func('SetThreadAffinityMask', word, [handle, word]);
  const attributes = lib.func('GetFileAttributesW', dword, ['str16']);
  const loadLibrary = lib.func('LoadLibraryW', handle, ['str16']);
  const procAddress = lib.func('GetProcAddress', word, [handle, 'str']);
  const allocate = lib.func('VirtualAlloc', word, [word, word, dword, dword]);
  const release = lib.func('VirtualFree', 'int', [word, word, dword]);
  const code = (bytes: number): { address: number; bytes: Uint8Array } => {
    if (process.arch !== 'x64') {
      throw new Unsupported('its callback is machine code for x64', 'run it on an x64 Windows');
    }
    const address = Number(allocate(0, bytes, MEM_COMMIT_RESERVE, PAGE_EXECUTE_READWRITE));
    if (address === 0) throw windowsError('VirtualAlloc', lastError(), 'executable memory');
    return { address, bytes: new Uint8Array(koffi.view(BigInt(address), bytes)) };
  };
  const free = (address: number): void => void release(address, 0, MEM_RELEASE);
  return {
    threads() {
      const all = snapshot(TH32CS_SNAPTHREAD, 0);
      if (all === INVALID_HANDLE_VALUE) {
        throw windowsError('CreateToolhelp32Snapshot', lastError());
      }
      const entry = new Uint32Array(THREADENTRY32_BYTES / 4);
      entry[0] = THREADENTRY32_BYTES;
      const own = processId();
      const found: number[] = [];
      for (let more = first(all, entry); more !== 0; more = next(all, entry)) {
        if (entry[OWNER_PROCESS_ID / 4] === own) found.push(entry[THREAD_ID / 4]!);
        entry[0] = THREADENTRY32_BYTES;
      }
      close(all);
      return found;
    },
    processor: lib.func('GetCurrentProcessorNumber', dword, []),
    pin: mask => Number(setAffinity(CURRENT_THREAD, mask)),
    exists: path => attributes(path) !== INVALID_FILE_ATTRIBUTES,
    exported(library, name) {
      const module = loadLibrary(library);
      return module !== 0 && Number(procAddress(module, name)) !== 0;
    },
    threadNoter(offset) {
      const { address, bytes } = code(PAGE_BYTES);
      bytes.set([
        ...[0x65, 0x8b, 0x04, 0x25, 0x48, 0, 0, 0], // mov eax, gs:[48h]: the thread's number in its TEB
        ...[0x41, 0x89, 0x40, offset], //              mov [r8 + offset], eax
        0xc3, //                                       ret
      ]);
      return { address, release: () => free(address) };
    },
    countImports: names => countImports(lib, names, code, free),
  };
}
