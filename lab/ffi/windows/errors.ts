// Names of Windows' error numbers, as winerror.h and the API reference give them, and what to do about
// those that a user of the lab meets. Winsock's numbers begin at 10000.
import { SystemCallError } from '../../errors.ts';

const names: Readonly<Record<number, string>> = {
  1: 'ERROR_INVALID_FUNCTION',
  2: 'ERROR_FILE_NOT_FOUND',
  3: 'ERROR_PATH_NOT_FOUND',
  4: 'ERROR_TOO_MANY_OPEN_FILES',
  5: 'ERROR_ACCESS_DENIED',
  6: 'ERROR_INVALID_HANDLE',
  8: 'ERROR_NOT_ENOUGH_MEMORY',
  13: 'ERROR_INVALID_DATA',
  19: 'ERROR_WRITE_PROTECT',
  21: 'ERROR_NOT_READY',
  24: 'ERROR_BAD_LENGTH',
  31: 'ERROR_GEN_FAILURE',
  32: 'ERROR_SHARING_VIOLATION',
  33: 'ERROR_LOCK_VIOLATION',
  38: 'ERROR_HANDLE_EOF',
  50: 'ERROR_NOT_SUPPORTED',
  64: 'ERROR_NETNAME_DELETED',
  80: 'ERROR_FILE_EXISTS',
  87: 'ERROR_INVALID_PARAMETER',
  109: 'ERROR_BROKEN_PIPE',
  112: 'ERROR_DISK_FULL',
  121: 'ERROR_SEM_TIMEOUT',
  122: 'ERROR_INSUFFICIENT_BUFFER',
  123: 'ERROR_INVALID_NAME',
  127: 'ERROR_PROC_NOT_FOUND',
  170: 'ERROR_BUSY',
  183: 'ERROR_ALREADY_EXISTS',
  230: 'ERROR_BAD_PIPE',
  231: 'ERROR_PIPE_BUSY',
  232: 'ERROR_NO_DATA',
  233: 'ERROR_PIPE_NOT_CONNECTED',
  234: 'ERROR_MORE_DATA',
  258: 'WAIT_TIMEOUT',
  288: 'ERROR_NOT_OWNER',
  535: 'ERROR_PIPE_CONNECTED',
  536: 'ERROR_PIPE_LISTENING',
  735: 'ERROR_ABANDONED_WAIT_0',
  995: 'ERROR_OPERATION_ABORTED',
  996: 'ERROR_IO_INCOMPLETE',
  997: 'ERROR_IO_PENDING',
  998: 'ERROR_NOACCESS',
  1117: 'ERROR_IO_DEVICE',
  1167: 'ERROR_DEVICE_NOT_CONNECTED',
  1168: 'ERROR_NOT_FOUND',
  1236: 'ERROR_CONNECTION_ABORTED',
  1400: 'ERROR_INVALID_WINDOW_HANDLE',
  1407: 'ERROR_CANNOT_FIND_WND_CLASS',
  1410: 'ERROR_CLASS_ALREADY_EXISTS',
  1411: 'ERROR_CLASS_DOES_NOT_EXIST',
  1444: 'ERROR_INVALID_THREAD_ID',
  1450: 'ERROR_NO_SYSTEM_RESOURCES',
  1460: 'ERROR_TIMEOUT',
  1816: 'ERROR_NOT_ENOUGH_QUOTA',
  10004: 'WSAEINTR',
  10009: 'WSAEBADF',
  10013: 'WSAEACCES',
  10014: 'WSAEFAULT',
  10022: 'WSAEINVAL',
  10024: 'WSAEMFILE',
  10035: 'WSAEWOULDBLOCK',
  10037: 'WSAEALREADY',
  10038: 'WSAENOTSOCK',
  10040: 'WSAEMSGSIZE',
  10042: 'WSAENOPROTOOPT',
  10045: 'WSAEOPNOTSUPP',
  10048: 'WSAEADDRINUSE',
  10049: 'WSAEADDRNOTAVAIL',
  10053: 'WSAECONNABORTED',
  10054: 'WSAECONNRESET',
  10055: 'WSAENOBUFS',
  10057: 'WSAENOTCONN',
  10060: 'WSAETIMEDOUT',
  10061: 'WSAECONNREFUSED',
};

const hints: Readonly<Record<number, string>> = {
  2: 'Nothing is there: check the name with iolab scan',
  3: 'Nothing is there: check the name with iolab scan',
  5: 'No permission: a raw drive needs an administrator, a port must not be open elsewhere',
  32: 'Another program holds it',
  231: 'All instances of the pipe are taken',
  10061: 'Nobody listens there',
};

/** `ERROR_BROKEN_PIPE` for 109. */
export const windowsErrorName = (code: number): string => names[code] ?? `Windows error ${code}`;

/** An error for a call that failed with this number; the message names both. */
export function windowsError(call: string, code: number, subject = ''): SystemCallError {
  const hint = hints[code];
  const more = `Windows error ${code}${hint ? `. ${hint}` : ''}`;
  return new SystemCallError(subject ? `${call} ${subject}` : call, windowsErrorName(code), more);
}
