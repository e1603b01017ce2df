// A temporary file of the lab's own, read past the page cache. Every block carries its own number,
// so that each read can prove that it returned what was asked for.
import { closeSync, constants, fsyncSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CannotSave, WrongUsage } from '../errors.ts';
import type { Device, DeviceFacts } from './device.ts';

const facts: DeviceFacts = {
  id: 'file',
  title: 'Temporary file',
  kind: 'block',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin'],
  about: 'a file the lab creates, reads with O_DIRECT and removes; the disk below it does the work',
};

export const BLOCK_BYTES = 4096;
const DEFAULT_BYTES = 128 * 2 ** 20;
const CHUNK_BLOCKS = 256;

/** Write and flush the file: holes and unwritten extents would be answered without the disk. */
function fill(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(join(path, '..'));
  if (bavail * bsize < 2 * bytes) {
    throw new CannotSave(
      `${path}: the disk has no room for ${bytes} bytes; free some or --set bytes=N`,
    );
  }
  const fd = openSync(path, 'wx', 0o600);
  try {
    const chunk = new Uint32Array((CHUNK_BLOCKS * BLOCK_BYTES) / 4);
    for (let block = 0; block < bytes / BLOCK_BYTES; block += CHUNK_BLOCKS) {
      for (let i = 0; i < chunk.length; i++) chunk[i] = block + Math.floor((i * 4) / BLOCK_BYTES);
      writeWhole(fd, new Uint8Array(chunk.buffer));
    }
    fsyncSync(fd);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CannotSave(`${path}: ${code}; free some space or --set bytes=N`);
  } finally {
    closeSync(fd);
  }
}

/** write(2) may take less than it was given; a gap would shift every later block's number. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** Some file systems refuse O_DIRECT; then the page cache is measured, and the record says so. */
function takesDirect(path: string): boolean {
  if (!constants.O_DIRECT) return false;
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_DIRECT));
    return true;
  } catch {
    return false;
  }
}

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ folder, parameters }) {
    const bytes = Number(parameters.bytes ?? DEFAULT_BYTES);
    const unit = CHUNK_BLOCKS * BLOCK_BYTES;
    if (!(bytes >= unit && bytes % unit === 0)) {
      throw new WrongUsage(`bytes=${parameters.bytes}: give a multiple of ${unit}`);
    }
    if (!['true', 'false'].includes(parameters.direct ?? 'true')) {
      throw new WrongUsage(`direct=${parameters.direct}: give true or false`);
    }
    const path = join(folder, 'file');
    fill(path, bytes);
    const direct = parameters.direct !== 'false' && takesDirect(path);
    return {
      target: { device: facts.id, kind: 'block', path, tty: false, writable: false, direct, bytes },
      identity: { about: facts.about, bytes: String(bytes), direct: String(direct) },
      close: async () => {},
    };
  },
};
