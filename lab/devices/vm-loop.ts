// A file as a disk (loop(4)) in the virtual machine: every request passes through two layers of the
// kernel's, the disk and the file system below it, so it costs twice what one of them does. The file lies
// in the machine's memory.
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported } from '../errors.ts';
import type { Device, DeviceFacts } from './device.ts';
import { BLOCK_BYTES, fillScratchDisk, says } from './parts/scratch-disk.ts';
import { findInVm, requireVm } from './parts/vm.ts';

const facts: DeviceFacts = {
  id: 'vm:loop',
  title: 'File as a disk (loop)',
  kind: 'block',
  stamps: 'none',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'a file in memory that the kernel shows as a disk: two layers for every request',
};

const BYTES = 4 * 2 ** 20;
const LIMIT_MS = 5000;

/** Throws Unsupported where the program is missing or refuses. */
function losetup(...words: string[]): string {
  const { stdout, stderr, status, error } = spawnSync('losetup', words, {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  if (status === 0) return stdout.trim();
  const why = error?.message ?? stderr.trim();
  throw new Unsupported(`losetup ${words[0]}: ${why}`, 'modprobe loop');
}

export const device: Device = {
  ...facts,
  find: () => findInVm(facts, () => undefined),
  async start({ folder }) {
    requireVm(facts.id);
    const file = join(folder, 'loop');
    const fd = openSync(file, 'wx', 0o600);
    ftruncateSync(fd, BYTES);
    closeSync(fd);
    const path = losetup('-f');
    losetup(path, file);
    const close = () => void losetup('-d', path);
    try {
      fillScratchDisk(facts.id, path, BYTES / BLOCK_BYTES, says('loop/backing_file', file));
      const common = {
        device: facts.id,
        kind: 'block',
        path,
        tty: false,
        writable: false,
      } as const;
      return {
        target: { ...common, direct: true, bytes: BYTES },
        identity: { about: facts.about, bytes: String(BYTES) },
        close: async () => close(),
      };
    } catch (error) {
      close();
      throw error;
    }
  },
};
