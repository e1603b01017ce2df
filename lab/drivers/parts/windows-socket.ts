// A stream socket of Winsock connected to `127.0.0.1:PORT`: the path of a target that says `connect` on
// Windows. Small messages leave at once (TCP_NODELAY), or waiting for more would be measured.
import { Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { INVALID_HANDLE_VALUE } from '../../ffi/windows/constants.ts';
import { windowsError } from '../../ffi/windows/errors.ts';

const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const WSA_FLAG_OVERLAPPED = 1;
export const WSA_FLAG_REGISTERED_IO = 0x100;
const SOCKADDR_IN_BYTES = 16;

/** Throws SystemCallError, and Unsupported for a path that is no address. `more` are flags of WSASocketW. */
export function connectSocket(
  platform: Platform,
  path: string,
  overlapped: boolean,
  more = 0,
): number {
  const address = addressOf(path);
  const sockets = platform.windows!.sockets();
  const flags = (overlapped ? WSA_FLAG_OVERLAPPED : 0) | more;
  const socket = sockets.WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, 0, 0, flags);
  if (socket === INVALID_HANDLE_VALUE) throw windowsError('WSASocketW', sockets.WSAGetLastError());
  const memory = platform.memory(SOCKADDR_IN_BYTES + 4);
  try {
    memory.bytes.set(address);
    new Uint32Array(memory.bytes.buffer, SOCKADDR_IN_BYTES, 1)[0] = 1;
    const at = memory.address;
    sockets.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, at + SOCKADDR_IN_BYTES, 4);
    if (sockets.connect(socket, at, SOCKADDR_IN_BYTES) === 0) return socket;
    throw windowsError('connect', sockets.WSAGetLastError(), path);
  } catch (error) {
    sockets.closesocket(socket);
    throw error;
  } finally {
    memory.free();
  }
}

/** SOCKADDR_IN of `A.B.C.D:PORT`. */
function addressOf(path: string): Uint8Array {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+):(\d+)$/.exec(path)?.slice(1).map(Number);
  if (!parts) throw new Unsupported(`${path} is no address`, 'give it as 127.0.0.1:PORT');
  const [a, b, c, d, port] = parts as [number, number, number, number, number];
  const bytes = new Uint8Array(SOCKADDR_IN_BYTES);
  bytes.set([AF_INET, 0, port >> 8, port & 0xff, a, b, c, d]);
  return bytes;
}
