// A pseudo-terminal with a stamping process at its master: the same messages through the kernel's
// terminal layer, which a serial port also passes.
import { constants } from 'node:fs';
import type { Device, DeviceFacts } from './device.ts';

const facts: DeviceFacts = {
  id: 'pty',
  title: 'Pseudo-terminal',
  kind: 'stream',
  stamps: 'host',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'freebsd'],
  about: 'a pseudo-terminal of this kernel in raw mode; another process writes at its master',
};

const BAUD = 115200;

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ platform }) {
    const { Stamper } = await import('./stamper.ts');
    const { master, slave_path } = platform.posix.openPty();
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    // The keeper: while it holds the slave open, no closing reader hangs the line up.
    const keeper = platform.posix.open(slave_path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    // Raw anew: macOS has forgotten it, because nobody held the slave open in between.
    platform.posix.makeRaw(keeper, BAUD);
    const stamper = new Stamper(platform, master);
    return {
      target: {
        device: facts.id,
        kind: 'stream',
        path: slave_path,
        tty: true,
        writable: true,
        baud: BAUD,
      },
      identity: { about: facts.about },
      async stimulate(stimulus) {
        // A reader that was killed may have left half a message.
        platform.posix.flushInput(keeper);
        stamper.send(stimulus);
      },
      async close() {
        platform.posix.close(keeper);
        platform.posix.close(master);
        stamper.free();
      },
    };
  },
};
