// Winsock 2 through koffi: sockets that are handles, so that completion ports, event flags and completion
// routines serve them as they serve files. AcceptEx and its like are no exports: the provider is asked for
// their addresses by GUID. Source: the Winsock reference (learn.microsoft.com/windows/win32/winsock).
import koffi from 'koffi';
import type { Memory } from '../platform.ts';
import type { SocketCalls } from './calls.ts';
import { windowsError } from './errors.ts';
import { guidBytes } from './guid.ts';
import { registeredCalls } from './rio.ts';

const VERSION_2_2 = 0x0202;
/** WSADATA has 408 bytes. */
const WSADATA_BYTES = 512;
const SIO_GET_EXTENSION_FUNCTION_POINTER = 0xc8000006;
const GUID_BYTES = 16;
const POINTER_BYTES = 8;

const word = 'uint64_t';
const socket = 'int64_t';
const dword = 'uint32_t';
const int = 'int';

/** Throws SystemCallError where Winsock does not start. */
export function socketCalls(memory: (length: number) => Memory): SocketCalls {
  const lib = koffi.load('ws2_32.dll');
  const startup = lib.func('WSAStartup', int, ['uint16_t', word]);
  const ioctl = lib.func('WSAIoctl', int, [
    socket,
    dword,
    word,
    dword,
    word,
    dword,
    word,
    word,
    word,
  ]);
  const page = memory(4096);
  const failed = startup(VERSION_2_2, page.address);
  if (failed) throw windowsError('WSAStartup', failed, `${WSADATA_BYTES} bytes`);
  const address = [socket, word, int];
  const transfer = [socket, word, int, int];
  const AcceptEx = koffi.proto(int, [socket, socket, word, dword, dword, dword, word, word]);
  return {
    WSAGetLastError: lib.func('WSAGetLastError', int, []),
    WSASocketW: lib.func('WSASocketW', socket, [int, int, int, word, dword, dword]),
    closesocket: lib.func('closesocket', int, [socket]),
    bind: lib.func('bind', int, address),
    connect: lib.func('connect', int, address),
    listen: lib.func('listen', int, [socket, int]),
    accept: lib.func('accept', socket, [socket, word, word]),
    getsockname: lib.func('getsockname', int, [socket, word, word]),
    setsockopt: lib.func('setsockopt', int, [socket, int, int, word, int]),
    ioctlsocket: lib.func('ioctlsocket', int, [socket, 'int32_t', word]),
    shutdown: lib.func('shutdown', int, [socket, int]),
    send: lib.func('send', int, transfer),
    recv: lib.func('recv', int, transfer),
    WSAAsyncSelect: lib.func('WSAAsyncSelect', int, [socket, socket, dword, 'int32_t']),
    WSAPoll: lib.func('WSAPoll', int, [word, dword, int]),
    WSARecv: lib.func('WSARecv', int, [socket, word, dword, word, word, word, word]),
    WSASend: lib.func('WSASend', int, [socket, word, dword, word, dword, word, word]),
    extension(of, guid) {
      page.bytes.set(guidBytes(guid));
      const at = page.address + 64;
      const returned = page.address + 128;
      const no = ioctl(
        of,
        SIO_GET_EXTENSION_FUNCTION_POINTER,
        page.address,
        GUID_BYTES,
        at,
        POINTER_BYTES,
        returned,
        0,
        0,
      );
      if (no) return 0;
      const words = new Uint32Array(page.bytes.buffer, page.bytes.byteOffset + 64, 2);
      return words[0]! + words[1]! * 2 ** 32;
    },
    registered: of => registeredCalls(lib, page, of),
    acceptEx(at, listener, accepted, buffer, address_bytes, overlapped) {
      const returned = page.address + 128;
      return koffi.call(
        BigInt(at),
        AcceptEx,
        listener,
        accepted,
        buffer,
        0,
        address_bytes,
        address_bytes,
        returned,
        overlapped,
      ) as number;
    },
  };
}
