// A named pipe with a stamping process at its other end: the shortest way between two processes,
// so what is measured is the waiting and hardly anything else.
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../ffi/platform.ts';
import type { Device, DeviceFacts, DeviceSession } from './device.ts';

const facts: DeviceFacts = {
  id: 'fifo',
  title: 'Named pipe',
  kind: 'stream',
  stamps: 'host',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'freebsd', 'win32'],
  about: 'a named pipe of this kernel; another process writes stamped messages into it',
};

const OWNER_ONLY = 0o600;

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ platform, folder }) {
    if (platform.windows) return startOnWindows(platform);
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

const LOOK_EVERY_MS = 20;

/** There a pipe has a server and clients, and is no file: the name is this process's own. */
async function startOnWindows(platform: Platform): Promise<DeviceSession> {
  const { Stamper } = await import('./stamper.ts');
  const { pipeOutlet } = await import('./parts/outlet.ts');
  const { PipeServer } = await import('./parts/windows-pipe.ts');
  const server = new PipeServer(platform, `iolab-${process.pid}`);
  const looking = setInterval(() => server.look(), LOOK_EVERY_MS);
  return {
    target: { device: facts.id, kind: 'stream', path: server.path, tty: false, writable: true },
    identity: { about: facts.about },
    async stimulate(stimulus) {
      const stamper = new Stamper(platform, pipeOutlet(platform, server.client()));
      try {
        stamper.send(stimulus);
      } finally {
        stamper.free();
      }
    },
    async close() {
      clearInterval(looking);
      server.close();
    },
  };
}
