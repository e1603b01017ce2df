// The Linux calls that wait for something or arrange to be told of it, beside epoll and io_uring.
// Sources: the manual pages of section 2 and 3 named like the functions.
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type WaitingCalls = Pick<
  LinuxCalls,
  | 'select'
  | 'fcntl'
  | 'gettid'
  | 'pthread_sigmask'
  | 'sigwaitinfo'
  | 'sigtimedwait'
  | 'signalfd'
  | 'eventfd'
>;

export function waitingCalls(libc: Library): WaitingCalls {
  const address = 'uint64_t';
  return {
    select: libc.func('select', 'int', ['int', address, address, address, address]),
    // Variadic in C; both of our architectures pass its third argument like a named one.
    fcntl: libc.func('fcntl', 'int', ['int', 'int', address]),
    gettid: libc.func('gettid', 'int', []),
    pthread_sigmask: libc.func('pthread_sigmask', 'int', ['int', address, address]),
    sigwaitinfo: libc.func('sigwaitinfo', 'int', [address, address]),
    sigtimedwait: libc.func('sigtimedwait', 'int', [address, address, address]),
    signalfd: libc.func('signalfd', 'int', ['int', address, 'int']),
    eventfd: libc.func('eventfd', 'int', ['uint', 'int']),
  };
}
