// Filling a disk with the numbers of its blocks, so that every read can be checked. Only a disk that the
// lab made is ever written: one of the virtual machine's, which ends with it, known by what it says of
// itself. A disk of the host's is not.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Unsupported } from '../../errors.ts';
import { requireVm } from './vm.ts';

export const BLOCK_BYTES = 4096;
const CHUNK_BLOCKS = 256;

/** Is the disk with this folder in /sys/block the one that the lab made? */
export type IsOurs = (folder: string) => boolean;

/** By what stands in a file of that folder: a serial number, the name of a file. */
export const says =
  (file: string, text: string): IsOurs =>
  folder =>
    readFileSync(join(folder, file), 'latin1').trim() === text;

/**
 * Write its number into every word of the first `blocks` blocks. Throws Unsupported outside of the
 * virtual machine, and where the disk is not the lab's.
 */
export function fillScratchDisk(id: string, path: string, blocks: number, isOurs: IsOurs): void {
  requireVm(id);
  refuseStranger(path, isOurs);
  // Nobody else may have it, not even a mounted file system: O_EXCL on a disk (open(2)).
  const fd = openSync(path, constants.O_WRONLY | constants.O_EXCL);
  try {
    if (!fstatSync(fd).isBlockDevice()) throw stranger(path);
    const chunk = new Uint32Array((CHUNK_BLOCKS * BLOCK_BYTES) / 4);
    for (let first = 0; first < blocks; first += CHUNK_BLOCKS) {
      const count = Math.min(CHUNK_BLOCKS, blocks - first);
      for (let block = 0; block < count; block++) {
        const at = (block * BLOCK_BYTES) / 4;
        chunk.fill(first + block, at, at + BLOCK_BYTES / 4);
      }
      writeWhole(fd, new Uint8Array(chunk.buffer, 0, count * BLOCK_BYTES));
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

function refuseStranger(path: string, isOurs: IsOurs): void {
  try {
    if (isOurs(join('/sys/block', basename(realpathSync(path))))) return;
  } catch {
    // It does not say: then it is not the lab's.
  }
  throw stranger(path);
}

const stranger = (path: string): Unsupported =>
  new Unsupported(`${path} is no disk that the lab made, so nothing is written to it`, '', 'EPERM');
