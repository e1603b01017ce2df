// Where stamped messages leave: one way to write bytes, and one to wait until the reader has taken some.
// On Unix a descriptor, on Windows a handle with the overlapped flag (pipe) or a socket.
import { DeviceGone, TimedOut } from '../../errors.ts';
import { EAGAIN, EINTR, POLLOUT } from '../../ffi/linux/constants.ts';
import type { Platform } from '../../ffi/platform.ts';
import { ERROR_IO_PENDING, WAIT_TIMEOUT } from '../../ffi/windows/constants.ts';
import { windowsError } from '../../ffi/windows/errors.ts';
import { OVERLAPPED_BYTES, OVERLAPPED_EVENT, WORD_BYTES } from '../../ffi/windows/structs.ts';

export interface Outlet {
  /**
   * Bytes taken. Where the reader took none it waits for it and may return 0: the caller then tries
   * again. Throws TimedOut where that takes too long, DeviceGone where nobody will take any.
   */
  write(address: number, length: number): number;
  free(): void;
}

const READER_LIMIT_MS = 2000;
const full = () =>
  new TimedOut(`the reader took nothing for ${READER_LIMIT_MS} ms and the pipe is full`);

/** `fd` is open for writing and non-blocking. */
export function descriptorOutlet(platform: Platform, fd: number): Outlet {
  const { posix, errno, errnoName } = platform;
  const pollfd = platform.memory(8);
  new Int32Array(pollfd.bytes.buffer)[0] = fd;
  new Int16Array(pollfd.bytes.buffer)[2] = POLLOUT;
  return {
    write(address, length) {
      const wrote = posix.write(fd, address, length);
      if (wrote >= 0) return wrote;
      if (errno() === EAGAIN) {
        if (posix.poll(pollfd.address, 1, READER_LIMIT_MS) === 0) throw full();
      } else if (errno() !== EINTR) throw new DeviceGone(`write: ${errnoName(errno())}`);
      return 0;
    },
    free: () => pollfd.free(),
  };
}

/** A named pipe's end with the overlapped flag: a full pipe is waited for, and no longer than that. */
export function pipeOutlet(platform: Platform, pipe: number): Outlet {
  const windows = platform.windows!;
  const memory = platform.memory(OVERLAPPED_BYTES + WORD_BYTES);
  const { address: structure } = memory;
  const moved_at = structure + OVERLAPPED_BYTES;
  const words = new Uint32Array(memory.bytes.buffer, 0, (OVERLAPPED_BYTES + WORD_BYTES) / 4);
  const event = windows.CreateEventW(0, 1, 0, 0);
  const gone = () => new DeviceGone(windowsError('WriteFile', windows.GetLastError()).message);
  return {
    write(address, length) {
      words.fill(0);
      words[OVERLAPPED_EVENT / 4] = event;
      if (!windows.WriteFile(pipe, address, length, 0, structure)) {
        if (windows.GetLastError() !== ERROR_IO_PENDING) throw gone();
        const late = windows.WaitForSingleObject(event, READER_LIMIT_MS) === WAIT_TIMEOUT;
        if (late) windows.CancelIoEx(pipe, structure);
        const well = windows.GetOverlappedResult(pipe, structure, moved_at, 1);
        if (late) throw full();
        if (!well) throw gone();
      } else windows.GetOverlappedResult(pipe, structure, moved_at, 1);
      return words[OVERLAPPED_BYTES / 4]!;
    },
    free() {
      windows.CloseHandle(event);
      memory.free();
    },
  };
}

/** WSAPOLLFD (winsock2.h): a socket, what is asked, what is so. */
const WSAPOLLFD_BYTES = 16;
const WSAPOLLFD_EVENTS = 8;
const POLLWRNORM = 0x10;
const SOCKET_ERROR = -1;
const WSAEWOULDBLOCK = 10035;

/** `socket` does not block. */
export function socketOutlet(platform: Platform, socket: number): Outlet {
  const sockets = platform.windows!.sockets();
  const memory = platform.memory(WSAPOLLFD_BYTES);
  const fields = new DataView(memory.bytes.buffer);
  return {
    write(address, length) {
      const sent = sockets.send(socket, address, length, 0);
      if (sent !== SOCKET_ERROR) return sent;
      const code = sockets.WSAGetLastError();
      if (code !== WSAEWOULDBLOCK) throw new DeviceGone(windowsError('send', code).message);
      fields.setBigInt64(0, BigInt(socket), true);
      fields.setInt16(WSAPOLLFD_EVENTS, POLLWRNORM, true);
      if (sockets.WSAPoll(memory.address, 1, READER_LIMIT_MS) === 0) throw full();
      return 0;
    },
    free: () => memory.free(),
  };
}
