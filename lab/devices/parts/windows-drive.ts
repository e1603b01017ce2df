// A drive of Windows as it is, below its file system: `disk@R:` or `disk@PhysicalDrive0`, opened for reading
// and never for writing. How long it is, the drive is asked; a file that stands for one knows its own size.
import { Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import {
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  INVALID_HANDLE_VALUE,
  IOCTL_DISK_GET_LENGTH_INFO,
  OPEN_EXISTING,
} from '../../ffi/windows/constants.ts';
import { windowsError } from '../../ffi/windows/errors.ts';
import { WORD_BYTES } from '../../ffi/windows/structs.ts';
import type { DeviceSession } from '../device.ts';

/** Throws SystemCallError, and Unsupported for what has no length. */
function lengthOf(platform: Platform, path: string): number {
  const windows = platform.windows!;
  const share = FILE_SHARE_READ | FILE_SHARE_WRITE;
  const drive = windows.CreateFileW(path, GENERIC_READ, share, 0, OPEN_EXISTING, 0, 0);
  if (drive === INVALID_HANDLE_VALUE) {
    throw windowsError('CreateFileW', windows.GetLastError(), path);
  }
  const memory = platform.memory(2 * WORD_BYTES);
  const { address, bytes } = memory;
  const asked = windows.DeviceIoControl(
    drive,
    IOCTL_DISK_GET_LENGTH_INFO,
    0,
    0,
    address,
    WORD_BYTES,
    address + WORD_BYTES,
    0,
  );
  const told = asked || windows.GetFileSizeEx(drive, address);
  const length = told ? Number(new BigUint64Array(bytes.buffer, 0, 1)[0]) : 0;
  windows.CloseHandle(drive);
  memory.free();
  if (length > 0) return length;
  throw new Unsupported(`${path} has no medium in it`, 'name another drive', 'ERROR_NOT_READY');
}

export function driveOnWindows(
  platform: Platform,
  device: string,
  name: string,
  about: string,
): DeviceSession {
  const path = `\\\\.\\${name}`;
  const bytes = lengthOf(platform, path);
  return {
    target: {
      device,
      kind: 'block',
      path,
      tty: false,
      writable: false,
      direct: true,
      bytes,
      blocks: 'unknown',
    },
    identity: {
      about,
      bytes: String(bytes),
      checked: 'lengths only: what it holds is not the lab’s',
    },
    close: async () => {},
  };
}
