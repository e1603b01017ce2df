// A temporary file of the lab's own that may be written: the one thing of kind block that ever is. Its
// numbers travel with the target, and what is opened for writing must have them (drivers/parts/open.ts).
import type { Device, DeviceFacts } from './device.ts';
import { ownFile } from './parts/own-file.ts';

const facts: DeviceFacts = {
  id: 'scratch',
  title: 'Temporary file to write',
  kind: 'block',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'win32'],
  about: 'a file the lab creates, reads and writes and removes; the disk below it does the work',
};

const DEFAULT_BYTES = 16 * 2 ** 20;

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ folder, parameters }) {
    const { path, bytes, direct, created } = ownFile(folder, 'scratch', parameters, DEFAULT_BYTES);
    const target = { device: facts.id, kind: 'block', path, tty: false, writable: true } as const;
    return {
      target: { ...target, direct, bytes, created },
      identity: { about: facts.about, bytes: String(bytes), direct: String(direct) },
      close: async () => {},
    };
  },
};
