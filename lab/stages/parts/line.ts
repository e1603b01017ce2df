// A named pipe made for the moment, both ends open: as a device's line, it is there without any process at
// the other end. The name goes at once.
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../ffi/platform.ts';

export interface Line {
  /** Blocking, until something makes it otherwise. */
  readonly reader: number;
  readonly writer: number;
}

let made = 0;

export function openLine(platform: Platform, folder: string): Line {
  const path = join(folder, `line-${process.pid}-${made++}`);
  platform.posix.mkfifo(path, 0o600);
  try {
    // For reading and writing at once: such an opening waits for nobody (fifo(7)).
    const writer = openSync(path, 'r+');
    return { reader: openSync(path, 'r'), writer };
  } finally {
    rmSync(path);
  }
}

export function closeLine({ reader, writer }: Line, readerIsClosed = false): void {
  if (!readerIsClosed) closeSync(reader);
  closeSync(writer);
}
