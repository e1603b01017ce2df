// A terminal as a keyboard's user has it: in line mode (canonical mode, termios(3)) the line discipline
// keeps what is typed until the line is complete, so half a line wakes nobody and a read gets one line.
import { constants } from 'node:fs';
import type { Device, DeviceFacts } from './device.ts';
import { STAMP_BYTES } from './stamp.ts';

const facts: DeviceFacts = {
  id: 'tty',
  title: 'Terminal in line mode',
  kind: 'stream',
  stamps: 'host',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'a terminal of this kernel that hands over whole lines; another process types messages',
};

const BAUD = 115200;
/** Ctrl-D: ends the line and is not part of it. */
const END = 0x04;
/** Ctrl-V: the next character is taken as it is. */
const QUOTE = 0x16;
const NEWLINE = 0x0a;
const LONGEST_BYTES = 2 * STAMP_BYTES + 1;

/**
 * Any bytes as one typed line: what the line discipline would act upon is quoted, as a user quotes it,
 * and Ctrl-D hands the line over. So a read gets exactly the message, with no byte added.
 */
export function typeLine(message: Uint8Array, into: Uint8Array): number {
  let length = 0;
  for (const byte of message) {
    if (byte === END || byte === QUOTE || byte === NEWLINE) into[length++] = QUOTE;
    into[length++] = byte;
  }
  into[length++] = END;
  return length;
}

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ platform }) {
    const { Stamper } = await import('./stamper.ts');
    const { posix } = platform;
    const { master, slave_path: path } = posix.openPty();
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    // The keeper: while it holds the slave open, no closing reader hangs the line up.
    const keeper = posix.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    posix.makeLines(keeper, END, QUOTE);
    const stamper = new Stamper(platform, master, { encode: typeLine, longest: LONGEST_BYTES });
    return {
      target: {
        device: facts.id,
        kind: 'stream',
        path,
        tty: true,
        lines: true,
        writable: true,
        baud: BAUD,
      },
      identity: { about: facts.about },
      async stimulate(stimulus) {
        // A reader that was killed may have left half a message.
        posix.flushInput(keeper);
        stamper.send(stimulus);
      },
      async close() {
        posix.close(keeper);
        posix.close(master);
        stamper.free();
      },
    };
  },
};
