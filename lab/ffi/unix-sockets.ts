// Unix stream sockets by their path: what a driver connects to and what a device listens at. A socket
// has a name in the file system and open(2) refuses it with ENXIO (unix(7)).
import { constants } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Memory, PosixCalls } from './platform.ts';
import { type Library, systemCallError } from './posix.ts';

type PathSockets = Pick<PosixCalls, 'connectPath' | 'listenPath' | 'acceptNext'>;

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const F_SETFD = 2;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const BLOCKING = 0;
/** Connections that wait to be accepted; the system cuts it to its own limit (listen(2)). */
const BACKLOG = 4096;
/** struct sockaddr_un: the family in two bytes (macOS: a length and the family), then the path. */
const FAMILY_BYTES = 2;
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;
const NONE = 0;

export function pathSockets(lib: Library, memory: (length: number) => Memory): PathSockets {
  const socket = lib.func('socket', 'int', ['int', 'int', 'int']);
  const bind = lib.func('bind', 'int', ['int', 'uint64_t', 'uint']);
  const listen = lib.func('listen', 'int', ['int', 'int']);
  const accept = lib.func('accept', 'int', ['int', 'uint64_t', 'uint64_t']);
  const connect = lib.func('connect', 'int', ['int', 'uint64_t', 'uint']);
  const open = lib.func('open', 'int', ['str', 'int', 'int']);
  const close = lib.func('close', 'int', ['int']);
  // Variadic, and not to be declared otherwise: arm64 macOS passes such arguments on the stack.
  const fcntl = lib.func('int fcntl(int fd, int command, ...)');
  const set = (fd: number, flags: number) => {
    fcntl(fd, F_SETFD, 'int', FD_CLOEXEC);
    fcntl(fd, F_SETFL, 'int', flags);
    return fd;
  };

  /** `act` with a struct sockaddr_un that names `path`, however long that is. */
  const withAddress = (path: string, act: (address: number, bytes: number) => void): void => {
    const folder = Buffer.byteLength(path) > LONGEST_PATH ? open(dirname(path), 0, 0) : -1;
    // A path through an open folder is short (proc(5), /proc/PID/fd); where there is no /proc, the
    // system itself says ENAMETOOLONG or EINVAL.
    const short = folder < 0 ? path : `/proc/self/fd/${folder}/${basename(path)}`;
    const name = Buffer.from(`${short}\0`);
    const block = memory(FAMILY_BYTES + name.length);
    if (process.platform === 'linux') block.bytes[0] = AF_UNIX;
    else block.bytes.set([FAMILY_BYTES + name.length, AF_UNIX]);
    block.bytes.set(name, FAMILY_BYTES);
    try {
      act(block.address, block.length);
    } finally {
      block.free();
      if (folder >= 0) close(folder);
    }
  };

  /** A new socket, non-blocking, after `prepare`; closed where that fails. */
  const prepared = (prepare: (fd: number) => void): number => {
    const fd = socket(AF_UNIX, SOCK_STREAM, NONE);
    if (fd < 0) throw systemCallError('socket');
    try {
      prepare(set(fd, constants.O_NONBLOCK));
      return fd;
    } catch (error) {
      close(fd);
      throw error;
    }
  };

  return {
    connectPath(path, nonblocking) {
      // Connected without blocking: where the queue of the other end is full, connect(2) would wait.
      const fd = prepared(one =>
        withAddress(path, (address, bytes) => {
          if (connect(one, address, bytes) < 0) throw systemCallError('connect', path);
        }),
      );
      return nonblocking ? fd : set(fd, BLOCKING);
    },
    listenPath: path =>
      prepared(one =>
        withAddress(path, (address, bytes) => {
          if (bind(one, address, bytes) < 0) throw systemCallError('bind', path);
          if (listen(one, BACKLOG) < 0) throw systemCallError('listen', path);
        }),
      ),
    acceptNext(fd) {
      const one = accept(fd, NONE, NONE);
      return one < 0 ? one : set(one, constants.O_NONBLOCK);
    },
  };
}
