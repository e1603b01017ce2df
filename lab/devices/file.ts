// A temporary file of the lab's own, read past the page cache and never written.
import type { Device, DeviceFacts } from './device.ts';
import { ownFile } from './parts/own-file.ts';

const facts: DeviceFacts = {
  id: 'file',
  title: 'Temporary file',
  kind: 'block',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'win32'],
  about: 'a file the lab creates, reads with O_DIRECT and removes; the disk below it does the work',
};

const DEFAULT_BYTES = 128 * 2 ** 20;

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ folder, parameters }) {
    const { path, bytes, direct } = ownFile(folder, 'file', parameters, DEFAULT_BYTES);
    return {
      target: { device: facts.id, kind: 'block', path, tty: false, writable: false, direct, bytes },
      identity: { about: facts.about, bytes: String(bytes), direct: String(direct) },
      close: async () => {},
    };
  },
};
