// Registered I/O: a table of functions that Winsock's provider gives by a GUID, or does not (Wine has
// none). Queues live in memory that the program and the kernel share, so asking for completions is no
// system call. Source: "Winsock registered I/O extensions" and mswsock.h.
import koffi from 'koffi';
import type { Memory } from '../platform.ts';
import type { Library } from '../posix.ts';
import type { RegisteredCalls } from './calls.ts';
import { guidBytes } from './guid.ts';

const SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER = 0xc8000024;
const WSAID_MULTIPLE_RIO = '8509e081-96dd-4005-b165-9e2ee8c79e3f';
/** RIO_EXTENSION_FUNCTION_TABLE: its size, then thirteen functions. */
const TABLE_BYTES = 14 * 8;
const TABLE_AT = 64;
const RETURNED_AT = 256;
const GUID_BYTES = 16;

const word = 'uint64_t';
const dword = 'uint32_t';
const int = 'int';
/** The functions in the table's order; those that the lab does not call have no shape. */
const SHAPES = [
  ['RIOReceive', int, [word, word, dword, dword, 'int64_t']],
  ['RIOReceiveEx'],
  ['RIOSend', int, [word, word, dword, dword, 'int64_t']],
  ['RIOSendEx'],
  ['RIOCloseCompletionQueue', 'void', [word]],
  ['RIOCreateCompletionQueue', word, [dword, word]],
  ['RIOCreateRequestQueue', word, ['int64_t', dword, dword, dword, dword, word, word, word]],
  ['RIODequeueCompletion', dword, [word, word, dword]],
  ['RIODeregisterBuffer', 'void', [word]],
  ['RIONotify', int, [word]],
  ['RIORegisterBuffer', word, [word, dword]],
] as const;

/** The table of a socket's provider, or undefined where it has none. */
export function registeredCalls(
  winsock: Library,
  page: Memory,
  socket: number,
): RegisteredCalls | undefined {
  const ioctl = winsock.func('WSAIoctl', int, [
    'int64_t',
    dword,
    word,
    dword,
    word,
    dword,
    word,
    word,
    word,
  ]);
  page.bytes.fill(0, 0, RETURNED_AT + 8);
  page.bytes.set(guidBytes(WSAID_MULTIPLE_RIO));
  new DataView(page.bytes.buffer).setUint32(TABLE_AT, TABLE_BYTES, true);
  const no = ioctl(
    socket,
    SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER,
    page.address,
    GUID_BYTES,
    page.address + TABLE_AT,
    TABLE_BYTES,
    page.address + RETURNED_AT,
    0,
    0,
  );
  if (no) return undefined;
  const table = new BigUint64Array(page.bytes.buffer, TABLE_AT, TABLE_BYTES / 8);
  const calls = SHAPES.flatMap(([name, result, parameters], i) =>
    result === undefined
      ? []
      : [[name, koffi.decode(table[i + 1]!, koffi.proto(result, [...parameters]))]],
  );
  return Object.fromEntries(calls) as RegisteredCalls;
}
