// The Linux calls that make sockets and move bytes through them. Addresses of structures are numbers,
// as everywhere in this room; the structures' fields stand in structs.ts.
// Sources: the manual pages of section 2 named like the functions, socket(7), ip(7).
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type SocketCalls = Pick<
  LinuxCalls,
  | 'socket'
  | 'bind'
  | 'listen'
  | 'accept4'
  | 'connect'
  | 'shutdown'
  | 'setsockopt'
  | 'getsockopt'
  | 'getsockname'
  | 'send'
  | 'recv'
>;

export function socketCalls(libc: Library): SocketCalls {
  const address = 'uint64_t';
  return {
    socket: libc.func('socket', 'int', ['int', 'int', 'int']),
    bind: libc.func('bind', 'int', ['int', address, 'uint']),
    listen: libc.func('listen', 'int', ['int', 'int']),
    accept4: libc.func('accept4', 'int', ['int', address, address, 'int']),
    connect: libc.func('connect', 'int', ['int', address, 'uint']),
    shutdown: libc.func('shutdown', 'int', ['int', 'int']),
    setsockopt: libc.func('setsockopt', 'int', ['int', 'int', 'int', address, 'uint']),
    getsockopt: libc.func('getsockopt', 'int', ['int', 'int', 'int', address, address]),
    getsockname: libc.func('getsockname', 'int', ['int', address, address]),
    send: libc.func('send', 'int64_t', ['int', address, 'uint64_t', 'int']),
    recv: libc.func('recv', 'int64_t', ['int', address, 'uint64_t', 'int']),
  };
}
