// A named pipe with a stamping process at its other end: the shortest way between two processes,
// so what is measured is the waiting and hardly anything else.
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Device, DeviceFacts } from './device.ts';

const facts: DeviceFacts = {
  id: 'fifo',
  title: 'Named pipe',
  kind: 'stream',
  stamps: 'host',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'freebsd'],
  about: 'a named pipe of this kernel; another process writes stamped messages into it',
};

const OWNER_ONLY = 0o600;

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ platform, folder }) {
    const { Stamper } = await import('./stamper.ts');
    const path = join(folder, 'fifo');
    platform.posix.mkfifo(path, OWNER_ONLY);
    // Open for both directions: the pipe then never ends, whoever opens and closes it (fifo(7)).
    const fd = platform.posix.open(path, constants.O_RDWR | constants.O_NONBLOCK);
    const stamper = new Stamper(platform, fd);
    return {
      target: { device: facts.id, kind: 'stream', path, tty: false, writable: false },
      identity: { about: facts.about },
      stimulate: async stimulus => stamper.send(stimulus),
      async close() {
        platform.posix.close(fd);
        stamper.free();
      },
    };
  },
};
