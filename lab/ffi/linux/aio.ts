// The two asynchronous interfaces that share a name. POSIX AIO (aio(7)) is the C library's: its threads
// read and write for the program. Native AIO (io_submit(2)) is the kernel's; the C library has no
// functions for it, so it goes through syscall(2).
import koffi from 'koffi';
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type AioCalls = Pick<
  LinuxCalls,
  | 'aio_read'
  | 'aio_write'
  | 'aio_fsync'
  | 'aio_error'
  | 'aio_return'
  | 'aio_suspend'
  | 'aio_cancel'
  | 'interruptThreads'
  | 'threadCallback'
  | 'io_setup'
  | 'io_destroy'
  | 'io_submit'
  | 'io_getevents'
  | 'io_cancel'
>;

/** From glibc 2.34 on the functions are in libc itself, before that in librt. */
function libraryWithAio(libc: Library): Library {
  try {
    libc.symbol('aio_read');
    return libc;
  } catch {
    return koffi.load('librt.so.1');
  }
}

/** arch/x86/entry/syscalls/syscall_64.tbl; asm-generic/unistd.h, which arm64 takes. */
const numbers =
  process.arch === 'x64'
    ? { setup: 206, destroy: 207, getevents: 208, submit: 209, cancel: 210 }
    : { setup: 0, destroy: 1, submit: 2, cancel: 3, getevents: 4 };
/** No change of the real, the effective or the saved user (setresuid(2)). */
const UNCHANGED = -1;

export function aioCalls(libc: Library): AioCalls {
  const address = 'uint64_t';
  const long = 'int64_t';
  const rt = libraryWithAio(libc);
  const notify = koffi.pointer(koffi.proto('void', ['int64_t']));
  const setresuid = libc.func('setresuid', 'int', ['int', 'int', 'int']);
  // An int holds every result: 0, −1 or a count that is no greater than the caller's.
  const syscall2 = libc.func('syscall', 'int', [long, address, address]);
  const syscall3 = libc.func('syscall', 'int', [long, address, address, address]);
  const syscall5 = libc.func('syscall', 'int', [long, address, long, long, address, address]);
  return {
    aio_read: rt.func('aio_read', 'int', [address]),
    aio_write: rt.func('aio_write', 'int', [address]),
    aio_fsync: rt.func('aio_fsync', 'int', ['int', address]),
    aio_error: rt.func('aio_error', 'int', [address]),
    aio_return: rt.func('aio_return', long, [address]),
    aio_suspend: rt.func('aio_suspend', 'int', [address, 'int', address]),
    aio_cancel: rt.func('aio_cancel', 'int', ['int', address]),
    interruptThreads: () => setresuid(UNCHANGED, UNCHANGED, UNCHANGED),
    threadCallback(call) {
      const handle = koffi.register(call, notify);
      return { address: Number(handle), release: () => koffi.unregister(handle) };
    },
    io_setup: (events, context) => syscall2(numbers.setup, events, context),
    io_destroy: context => syscall2(numbers.destroy, context, 0),
    io_submit: (context, count, pointers) => syscall3(numbers.submit, context, count, pointers),
    io_getevents: (context, min, most, events, timespec) =>
      syscall5(numbers.getevents, context, min, most, events, timespec),
    io_cancel: (context, request, event) => syscall3(numbers.cancel, context, request, event),
  };
}
