// A Unix stream socket with a stamping process at its other end: bytes pass through the kernel's
// socket layer, as those of every server do, and the reader has to connect first.
import { join } from 'node:path';
import { TimedOut } from '../errors.ts';
import { POLLHUP, POLLIN } from '../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS, POLLFD_REVENTS } from '../ffi/linux/structs.ts';
import type { Platform } from '../ffi/platform.ts';
import type { Device, DeviceFacts, DeviceSession } from './device.ts';

const facts: DeviceFacts = {
  id: 'socket',
  title: 'Stream socket',
  kind: 'stream',
  stamps: 'host',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'freebsd', 'win32'],
  about:
    'a stream socket of this kernel (Unix; TCP on Windows); another process writes to whoever has connected',
};

const CONNECT_LIMIT_MS = 2000;
const NOBODY = -1;

/** The listening socket and the reader that connected last and is still there. */
class Listener {
  readonly #platform: Platform;
  readonly #fd: number;
  #reader = NOBODY;

  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    this.#fd = platform.posix.listenPath(path);
  }

  /** The reader's descriptor. Blocks until there is one; throws TimedOut where nobody connects. */
  reader(): number {
    if (this.#reader !== NOBODY && this.#events(this.#reader, 0) & POLLHUP) this.#take(NOBODY);
    for (;;) {
      // Drivers that only asked whether they can have left closed connections in the queue.
      while (this.#events(this.#fd, 0) & POLLIN) {
        const next = this.#platform.posix.acceptNext(this.#fd);
        if (next < 0) break;
        if (this.#events(next, 0) & POLLHUP) this.#platform.posix.close(next);
        else this.#take(next);
      }
      if (this.#reader !== NOBODY) return this.#reader;
      if (this.#events(this.#fd, CONNECT_LIMIT_MS) & POLLIN) continue;
      throw new TimedOut(`nobody connected to the socket for ${CONNECT_LIMIT_MS} ms`);
    }
  }

  #take(next: number): void {
    if (this.#reader !== NOBODY) this.#platform.posix.close(this.#reader);
    this.#reader = next;
  }

  /** What poll(2) says of a descriptor now or within `limit_ms`. */
  #events(fd: number, limit_ms: number): number {
    const memory = this.#platform.memory(POLLFD_BYTES);
    const fields = new DataView(memory.bytes.buffer);
    fields.setInt32(0, fd, true);
    fields.setInt16(POLLFD_EVENTS, POLLIN, true);
    this.#platform.posix.poll(memory.address, 1, limit_ms);
    const events = fields.getInt16(POLLFD_REVENTS, true);
    memory.free();
    return events;
  }

  close(): void {
    this.#take(NOBODY);
    this.#platform.posix.close(this.#fd);
  }
}

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ platform, folder }) {
    if (platform.windows) return startOnWindows(platform);
    const { Stamper } = await import('./stamper.ts');
    const path = join(folder, 'socket');
    const listener = new Listener(platform, path);
    return {
      target: { device: facts.id, kind: 'stream', path, connect: true, tty: false, writable: true },
      identity: { about: facts.about },
      async stimulate(stimulus) {
        const stamper = new Stamper(platform, listener.reader());
        try {
          stamper.send(stimulus);
        } finally {
          stamper.free();
        }
      },
      close: async () => listener.close(),
    };
  },
};

async function startOnWindows(platform: Platform): Promise<DeviceSession> {
  const { Stamper } = await import('./stamper.ts');
  const { socketOutlet } = await import('./parts/outlet.ts');
  const { WindowsListener } = await import('./parts/windows-listener.ts');
  const listener = new WindowsListener(platform);
  const { path } = listener;
  return {
    target: { device: facts.id, kind: 'stream', path, connect: true, tty: false, writable: true },
    identity: { about: facts.about },
    async stimulate(stimulus) {
      const stamper = new Stamper(platform, socketOutlet(platform, listener.reader()));
      try {
        stamper.send(stimulus);
      } finally {
        stamper.free();
      }
    },
    close: async () => listener.close(),
  };
}
