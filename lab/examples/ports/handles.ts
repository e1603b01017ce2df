// Handles whose operations may stay pending: a file, the two ends of a pipe, the two ends of a connection.
// What decides is the flag at the opening (FILE_FLAG_OVERLAPPED, WSA_FLAG_OVERLAPPED); the calls that read
// and write are the same with and without it. Source: "Synchronous and Asynchronous I/O"
// (learn.microsoft.com/windows/win32/fileio).
import { SystemCallError } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import {
  CREATE_NEW,
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
  INVALID_HANDLE_VALUE,
  OPEN_EXISTING,
  PIPE_ACCESS_DUPLEX,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_BYTE,
} from '../../ffi/windows/constants.ts';
import { SOCKADDR_IN_BYTES } from '../../ffi/windows/structs.ts';
import {
  AF_INET,
  IPPROTO_TCP,
  SOCK_STREAM,
  SOCKADDR_IN_ADDRESS,
  SOCKADDR_IN_PORT,
  WSA_FLAG_OVERLAPPED,
} from '../../ffi/windows/winsock.ts';
import { failed, windowsOf } from './port.ts';

const ACCESS = GENERIC_READ + GENERIC_WRITE;
const SHARE = FILE_SHARE_READ + FILE_SHARE_WRITE;

/** Open a file, pipe or line. `fresh`: it must not be there yet. */
export function openHandle(
  platform: Platform,
  path: string,
  { overlapped = true, fresh = false, access = ACCESS, flags = 0 } = {},
): number {
  const { CreateFileW } = windowsOf(platform);
  const disposition = fresh ? CREATE_NEW : OPEN_EXISTING;
  const all = flags + (overlapped ? FILE_FLAG_OVERLAPPED : 0);
  const handle = CreateFileW(path, access, SHARE, 0, disposition, all, 0);
  if (handle === INVALID_HANDLE_VALUE) throw failed(platform, `CreateFileW ${path}`);
  return handle;
}

export interface Ends {
  readonly near: number;
  readonly far: number;
}

let pipes = 0;

/** One end of a new pipe, and the name by which a program opens the other. */
export function createPipe(
  platform: Platform,
  { overlapped = true, buffer_bytes = 65_536 } = {},
): { readonly near: number; readonly name: string } {
  const name = `\\\\.\\pipe\\iolab-${process.pid}-${pipes++}-${Date.now()}`;
  const mode = PIPE_TYPE_BYTE + PIPE_REJECT_REMOTE_CLIENTS;
  const open =
    PIPE_ACCESS_DUPLEX + FILE_FLAG_FIRST_PIPE_INSTANCE + (overlapped ? FILE_FLAG_OVERLAPPED : 0);
  const { CreateNamedPipeW } = windowsOf(platform);
  const near = CreateNamedPipeW(name, open, mode, 1, buffer_bytes, buffer_bytes, 0, 0);
  if (near === INVALID_HANDLE_VALUE) throw failed(platform, 'CreateNamedPipeW');
  return { near, name };
}

export interface PipeOptions {
  readonly overlapped?: boolean;
  /** Of the other end; the same where nothing is said. */
  readonly far_overlapped?: boolean;
  readonly buffer_bytes?: number;
}

/** Both ends of a new pipe, bytes in both directions. */
export function openPipe(platform: Platform, options: PipeOptions = {}): Ends {
  const { near, name } = createPipe(platform, options);
  const { overlapped = true, far_overlapped = overlapped } = options;
  try {
    // Nobody listened at the pipe, and the other end found it all the same: it is connected now.
    return { near, far: openHandle(platform, name, { overlapped: far_overlapped }) };
  } catch (error) {
    windowsOf(platform).CloseHandle(near);
    throw error;
  }
}

const LOOPBACK = [127, 0, 0, 1];

/** A socket of this kind, overlapped. */
export function openSocket(platform: Platform, type = SOCK_STREAM, protocol = IPPROTO_TCP): number {
  const sockets = windowsOf(platform).sockets();
  const socket = sockets.WSASocketW(AF_INET, type, protocol, 0, 0, WSA_FLAG_OVERLAPPED);
  if (socket === INVALID_HANDLE_VALUE) throw socketFailed(platform, 'WSASocketW');
  return socket;
}

export function socketFailed(platform: Platform, call: string): SystemCallError {
  const code = windowsOf(platform).sockets().WSAGetLastError();
  return new SystemCallError(call, platform.errnoName(code), `Windows error ${code}`);
}

/** Bind a socket to a port of this machine alone, 0 for a free one. Returns the port. */
export function bindLocally(platform: Platform, socket: number, port: number): number {
  const sockets = windowsOf(platform).sockets();
  const memory = platform.memory(SOCKADDR_IN_BYTES + 4);
  const view = new DataView(memory.bytes.buffer, memory.bytes.byteOffset, memory.length);
  try {
    writeAddress(view, port);
    if (sockets.bind(socket, memory.address, SOCKADDR_IN_BYTES) !== 0) {
      throw socketFailed(platform, `bind port ${port}`);
    }
    view.setInt32(SOCKADDR_IN_BYTES, SOCKADDR_IN_BYTES, true);
    const length = memory.address + SOCKADDR_IN_BYTES;
    if (sockets.getsockname(socket, memory.address, length) !== 0) {
      throw socketFailed(platform, 'getsockname');
    }
    return view.getUint16(SOCKADDR_IN_PORT, false);
  } finally {
    memory.free();
  }
}

/** Connect to a port of this machine; blocks until it is. */
export function connectLocally(platform: Platform, socket: number, port: number): void {
  const sockets = windowsOf(platform).sockets();
  const memory = platform.memory(SOCKADDR_IN_BYTES);
  try {
    const view = new DataView(memory.bytes.buffer, memory.bytes.byteOffset, memory.length);
    writeAddress(view, port);
    if (sockets.connect(socket, memory.address, SOCKADDR_IN_BYTES) !== 0) {
      throw socketFailed(platform, `connect port ${port}`);
    }
  } finally {
    memory.free();
  }
}

function writeAddress(view: DataView, port: number): void {
  view.setUint16(0, AF_INET, true);
  view.setUint16(SOCKADDR_IN_PORT, port, false);
  for (const [at, byte] of LOOPBACK.entries()) view.setUint8(SOCKADDR_IN_ADDRESS + at, byte);
}
