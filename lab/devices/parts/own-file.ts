// A file of the lab's own in the run's folder: made new, never one that was there. Every block carries
// its own number, so that each read can prove that it returned what was asked for.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../drivers/driver.ts';
import { CannotSave, WrongUsage } from '../../errors.ts';

const BLOCK_BYTES = 4096;
const CHUNK_BLOCKS = 256;
const OWNER_ONLY = 0o600;

export interface OwnFile {
  readonly path: string;
  readonly bytes: number;
  /** Whether it can be read past the page cache, and the user wants it so. */
  readonly direct: boolean;
  /** What it is, whatever its name may lead to later. */
  readonly created: NonNullable<Target['created']>;
}

/** Make and fill `name`. Throws WrongUsage, and CannotSave where there is no room or it is there. */
export function ownFile(
  folder: string,
  name: string,
  parameters: Readonly<Record<string, string>>,
  default_bytes: number,
): OwnFile {
  const bytes = Number(parameters.bytes ?? default_bytes);
  const unit = CHUNK_BLOCKS * BLOCK_BYTES;
  if (!(bytes >= unit && bytes % unit === 0)) {
    throw new WrongUsage(`bytes=${parameters.bytes}: give a multiple of ${unit}`);
  }
  if (!['true', 'false'].includes(parameters.direct ?? 'true')) {
    throw new WrongUsage(`direct=${parameters.direct}: give true or false`);
  }
  const path = join(folder, name);
  const created = fill(path, bytes);
  return { path, bytes, created, direct: parameters.direct !== 'false' && takesDirect(path) };
}

/** Write and flush the file: holes and unwritten extents would be answered without the disk. */
function fill(path: string, bytes: number): OwnFile['created'] {
  const { bavail, bsize } = statfsSync(join(path, '..'));
  if (bavail * bsize < 2 * bytes) {
    throw new CannotSave(
      `${path}: the disk has no room for ${bytes} bytes; free some or --set bytes=N`,
    );
  }
  let fd = -1;
  try {
    // Not one that is there, and no link to one: O_EXCL (open(2)).
    fd = openSync(path, 'wx', OWNER_ONLY);
    const chunk = new Uint32Array((CHUNK_BLOCKS * BLOCK_BYTES) / 4);
    for (let block = 0; block < bytes / BLOCK_BYTES; block += CHUNK_BLOCKS) {
      for (let i = 0; i < chunk.length; i++) chunk[i] = block + Math.floor((i * 4) / BLOCK_BYTES);
      writeWhole(fd, new Uint8Array(chunk.buffer));
    }
    fsyncSync(fd);
    const { dev, ino } = fstatSync(fd);
    return { file_system: dev, inode: ino };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const way = code === 'EEXIST' ? 'it is not the lab’s' : 'free some space or --set bytes=N';
    throw new CannotSave(`${path}: ${code}; ${way}`);
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** write(2) may take less than it was given; a gap would shift every later block's number. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** Some file systems refuse O_DIRECT; then the page cache is measured, and the record says so. */
function takesDirect(path: string): boolean {
  // There it is a flag of CreateFileW, and every file system has it.
  if (process.platform === 'win32') return true;
  if (!constants.O_DIRECT) return false;
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_DIRECT));
    return true;
  } catch {
    return false;
  }
}
