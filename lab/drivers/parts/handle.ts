// Opening a target on Windows, the same for every driver there: a file, a named pipe, a drive or a serial
// port by CreateFileW, a socket by connecting to it. What opens here overlapped can have many operations
// in flight; without that flag every call on the handle waits for its end (CreateFileW,
// "Synchronous and asynchronous I/O handles").
import { Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { LineLimits, WindowsCalls } from '../../ffi/windows/calls.ts';
import {
  ERROR_PIPE_BUSY,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  FILE_TYPE_DISK,
  GENERIC_READ,
  GENERIC_WRITE,
  INVALID_HANDLE_VALUE,
  MAXDWORD,
  OPEN_EXISTING,
} from '../../ffi/windows/constants.ts';
import { windowsError } from '../../ffi/windows/errors.ts';
import {
  FILE_INFORMATION_BYTES,
  FILE_INFORMATION_INDEX_HIGH,
  FILE_INFORMATION_INDEX_LOW,
  FILE_INFORMATION_LINKS,
  FILE_INFORMATION_VOLUME,
} from '../../ffi/windows/structs.ts';
import type { OpenContext, Target } from '../driver.ts';
import { writesElsewhere } from './open.ts';
import { connectSocket } from './windows-socket.ts';

export interface Handle {
  readonly value: number;
  /** It takes WSARecv and WSASend, and is closed by closesocket. */
  readonly socket: boolean;
  readonly overlapped: boolean;
}

/** The context, on Windows; elsewhere throws Unsupported before anything is taken. */
export function onWindows(context: OpenContext): OpenContext {
  if (context.platform.windows) return context;
  throw new Unsupported(
    `this driver uses calls of Windows, and this is ${context.platform.os}`,
    'on Linux: iolab run … --in wine',
  );
}

/** Throws SystemCallError, and Unsupported where blocks would be written to what the lab did not make. */
export function openHandle(
  { platform, target }: Pick<OpenContext, 'platform' | 'target'>,
  overlapped: boolean,
): Handle {
  const windows = platform.windows!;
  if (target.connect) {
    return { value: connectSocket(platform, target.path, overlapped), socket: true, overlapped };
  }
  const value = createFile(windows, target, overlapped);
  try {
    if (target.kind === 'block' && target.writable) checkCreated(platform, value, target);
    if (target.tty) {
      const limits = windows.symbol(OF_WINE) === 0 ? WHAT_IS_THERE : SHORT_INTERVAL;
      windows.setLine(value, target.baud ?? USUAL_BAUD, limits);
    }
    return { value, socket: false, overlapped };
  } catch (error) {
    windows.CloseHandle(value);
    throw error;
  }
}

export function closeHandle(platform: Platform, { value, socket }: Handle): void {
  const windows = platform.windows!;
  if (socket) windows.sockets().closesocket(value);
  else windows.CloseHandle(value);
}

const USUAL_BAUD = 115_200;
/** How long, and how often, to wait for an instance of a pipe that nobody has taken. */
const PIPE_LIMIT_MS = 2000;
const PIPE_TRIES = 20;

function createFile(windows: WindowsCalls, target: Target, overlapped: boolean): number {
  const access = target.writable ? GENERIC_READ + GENERIC_WRITE : GENERIC_READ;
  const share = target.kind === 'block' ? FILE_SHARE_READ | FILE_SHARE_WRITE : 0;
  let flags = overlapped ? FILE_FLAG_OVERLAPPED : 0;
  if (target.direct) flags += FILE_FLAG_NO_BUFFERING;
  for (let tries = 0; ; tries++) {
    const value = windows.CreateFileW(target.path, access, share, 0, OPEN_EXISTING, flags, 0);
    if (value !== INVALID_HANDLE_VALUE) return value;
    const code = windows.GetLastError();
    if (code !== ERROR_PIPE_BUSY || tries === PIPE_TRIES) {
      throw windowsError('CreateFileW', code, target.path);
    }
    // Another client may take the instance that this call has waited for.
    windows.WaitNamedPipeW(target.path, PIPE_LIMIT_MS);
  }
}

/** Blocks are written to one thing only: the file that the lab has just made, known by its numbers. */
function checkCreated(platform: Platform, handle: number, { created }: Target): void {
  const windows = platform.windows!;
  const memory = platform.memory(FILE_INFORMATION_BYTES);
  try {
    const ours =
      windows.GetFileType(handle) === FILE_TYPE_DISK &&
      windows.GetFileInformationByHandle(handle, memory.address) !== 0;
    const fields = new DataView(memory.bytes.buffer);
    const word = (at: number) => fields.getUint32(at, true);
    const index = word(FILE_INFORMATION_INDEX_HIGH) * 2 ** 32 + word(FILE_INFORMATION_INDEX_LOW);
    const same = word(FILE_INFORMATION_VOLUME) === created?.file_system && index === created?.inode;
    if (!(ours && same && word(FILE_INFORMATION_LINKS) === 1)) throw writesElsewhere();
  } finally {
    memory.free();
  }
}

/** A read ends with what is there, and waits while nothing is (COMMTIMEOUTS, remarks). */
const WHAT_IS_THERE: LineLimits = [MAXDWORD, MAXDWORD, MAXDWORD - 1, 0, 0];
/** Wine waits with these until the whole buffer is full. There a read ends a millisecond after a byte. */
const SHORT_INTERVAL: LineLimits = [1, 0, 0, 0, 0];
const OF_WINE = 'wine_get_unix_file_name';
