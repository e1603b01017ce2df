// kqueue(2): the system's own on BSD and macOS, and on Linux that of libkqueue, a library which answers
// the same calls out of epoll and its relatives (github.com/mheily/libkqueue). It starts threads when it
// is loaded, so it is loaded only where the driver asks for it, from the file that the user names.
import koffi from 'koffi';
import { Unsupported } from '../errors.ts';
import type { KqueueCalls } from './platform.ts';
import type { Library } from './posix.ts';

const VARIABLE = 'IOLAB_LIBKQUEUE';
const GET_ONE = `build libkqueue and set ${VARIABLE}=/path/to/libkqueue.so`;

export function kqueueCalls(lib: Library): KqueueCalls {
  const address = 'uint64_t';
  return {
    kqueue: lib.func('kqueue', 'int', []),
    kevent: lib.func('kevent', 'int', ['int', address, 'int', address, 'int', address]),
  };
}

/** The library that the environment names. Throws Unsupported, with what to do. */
export function namedKqueue(): KqueueCalls {
  const path = process.env[VARIABLE];
  if (!path) {
    const reason = 'this system has no kqueue, and no library that emulates it is named';
    throw new Unsupported(reason, `${GET_ONE}, or run it on macOS or FreeBSD`, 'ENOSYS');
  }
  let lib: Library;
  try {
    lib = koffi.load(path);
  } catch (error) {
    const { message } = error as Error;
    throw new Unsupported(`${VARIABLE}=${path} cannot be loaded: ${message}`, GET_ONE);
  }
  try {
    return kqueueCalls(lib);
  } catch {
    throw new Unsupported(`${VARIABLE}=${path} has no kqueue and kevent`, GET_ONE);
  }
}
