// The socket that connections arrive at, on this machine only (127.0.0.1), and what both servers agree on.
// Source: socket(2), bind(2), listen(2), ip(7), tcp(7).
import { SystemCallError, Unsupported } from '../../errors.ts';
import {
  AF_INET,
  IPPROTO_TCP,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from '../../ffi/linux/constants.ts';
import {
  SOCKADDR_IN_ADDRESS,
  SOCKADDR_IN_BYTES,
  SOCKADDR_IN_PORT,
} from '../../ffi/linux/structs.ts';
import type { Platform } from '../../ffi/platform.ts';

/** A server as its owner sees it. */
export interface Server {
  readonly port: number;
  /** Requests answered, refused ones too; connections accepted, and those that are open now. */
  readonly requests: number;
  readonly accepted: number;
  readonly open: number;
  /** Accept no more and end every connection; the loop's `run` returns when all have ended. */
  close(): void;
}

export interface ServerOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  /** What comes beyond them is closed at once. */
  readonly most_connections?: number;
}

export const MOST_CONNECTIONS = 2048;
/** Where no descriptor is left, accepting waits so long before it tries again. */
export const REST_MS = 100;
/** So long a client that was told the end may go on sending before it is cut off. */
export const LINGER_MS = 1000;

const BACKLOG = 1024;
const LOOPBACK = [127, 0, 0, 1];

/** Returns the listening descriptor and its port. Throws SystemCallError, Unsupported. */
export function listenOn(
  platform: Platform,
  port: number,
  flags: number,
): { fd: number; port: number } {
  const { linux, posix } = platform;
  if (!linux) throw new Unsupported('these servers are written for Linux', 'run them on Linux');
  const memory = platform.memory(2 * SOCKADDR_IN_BYTES);
  const view = new DataView(memory.bytes.buffer);
  // Behind the address: a word for an option's value and for a length.
  const word = memory.address + SOCKADDR_IN_BYTES;
  const fd = linux.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  const must = (result: number, call: string): void => {
    if (result < 0) {
      const name = platform.errnoName(platform.errno());
      throw new SystemCallError(call, name, name === 'EADDRINUSE' ? 'Choose another port' : '');
    }
  };
  try {
    must(fd, 'socket');
    view.setInt32(SOCKADDR_IN_BYTES, 1, true);
    must(linux.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, word, 4), 'setsockopt SO_REUSEADDR');
    // An answer that follows another must not wait until that one is acknowledged. Accepted sockets
    // inherit it on Linux.
    must(linux.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, word, 4), 'setsockopt TCP_NODELAY');
    view.setUint16(0, AF_INET, true);
    view.setUint16(SOCKADDR_IN_PORT, port, false);
    memory.bytes.set(LOOPBACK, SOCKADDR_IN_ADDRESS);
    must(linux.bind(fd, memory.address, SOCKADDR_IN_BYTES), `bind port ${port}`);
    must(linux.listen(fd, BACKLOG), 'listen');
    view.setInt32(SOCKADDR_IN_BYTES, SOCKADDR_IN_BYTES, true);
    must(linux.getsockname(fd, memory.address, word), 'getsockname');
    return { fd, port: view.getUint16(SOCKADDR_IN_PORT, false) };
  } catch (error) {
    if (fd >= 0) posix.close(fd);
    throw error;
  } finally {
    memory.free();
  }
}
