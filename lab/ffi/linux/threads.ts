// The Linux calls that end another thread's wait: a signal to one thread, what that signal does, and a
// descriptor that becomes another one. Sources: the manual pages of section 2 named like the functions.
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type ThreadCalls = Pick<LinuxCalls, 'tgkill' | 'sigaction' | 'dup3'>;

export function threadCalls(libc: Library): ThreadCalls {
  const address = 'uint64_t';
  return {
    tgkill: libc.func('tgkill', 'int', ['int', 'int', 'int']),
    sigaction: libc.func('sigaction', 'int', ['int', address, address]),
    dup3: libc.func('dup3', 'int', ['int', 'int', 'int']),
  };
}
