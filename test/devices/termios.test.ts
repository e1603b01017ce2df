// A line is plain whatever a program before ours has set, on each system's struct termios; and the device
// pty is raw also where the kernel forgets that while nobody holds the slave open.
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { device as pty } from '../../lab/devices/pty.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { plainLine } from '../../lab/ffi/termios.ts';

const platform = await loadPlatform();
const { posix } = platform;
const TERMIOS_BYTES = 128;
const F_GETFL = 3;

/** Where each system has its flags, and which of them a plain line sets and clears. */
const systems = [
  // IXOFF, IXANY; CREAD, CLOCAL; CSTOPB, HUPCL, CRTSCTS.
  { os: 'linux', word_bytes: 4, flow: 0o14000, set: 0o4200, cleared: 0o20000002100 },
  { os: 'darwin', word_bytes: 8, flow: 0xc00, set: 0x8800, cleared: 0x34400 },
  { os: 'freebsd', word_bytes: 4, flow: 0xc00, set: 0x8800, cleared: 0x34400 },
] as const;

describe('struct termios of a plain line', () => {
  for (const { os, word_bytes, flow, set, cleared } of systems) {
    it(`of ${os} waits for nobody, hangs nothing up, and keeps what else was set`, () => {
      for (const before of [0, 0xffffffff]) {
        const bytes = new Uint8Array(TERMIOS_BYTES).fill(before & 0xff);
        const expected = bytes.slice();
        plainLine(bytes, os);
        const words = new DataView(expected.buffer);
        words.setUint32(0, before & ~flow, true);
        words.setUint32(2 * word_bytes, (before | set) & ~cleared, true);
        expect(bytes, `all flags were ${before ? 'set' : 'clear'}`).toEqual(expected);
      }
    });
  }
});

describe.skipIf(process.platform !== 'linux')('a terminal', () => {
  const stty = (path: string, ...words: string[]) =>
    execFileSync('stty', ['-F', path, ...words], { encoding: 'utf8' });

  it('takes no orders from bytes, although a program before has asked for that', () => {
    const { master, slave_path } = posix.openPty();
    const slave = posix.open(slave_path, constants.O_RDWR | constants.O_NOCTTY);
    try {
      stty(slave_path, 'ixoff', 'ixany', 'cstopb', 'crtscts', 'hupcl');
      posix.makeRaw(slave, 115200);
      for (const off of ['-ixoff', '-ixany', '-cstopb', '-crtscts', '-hupcl']) {
        expect(stty(slave_path, '-a').split(/[\s;]+/), `makeRaw must set ${off}`).toContain(off);
      }
    } finally {
      posix.close(slave);
      posix.close(master);
    }
  });

  it('has a master that waits for nobody', () => {
    const { master } = posix.openPty();
    try {
      expect(platform.linux!.fcntl(master, F_GETFL, 0) & constants.O_NONBLOCK).not.toBe(0);
    } finally {
      posix.close(master);
    }
  });

  it('as the device pty is raw while its keeper holds it, whatever it was before', async () => {
    // As macOS does: at the last close all that was set is forgotten.
    const forgetful = {
      ...posix,
      openPty() {
        const made = posix.openPty();
        stty(made.slave_path, 'sane');
        return made;
      },
    };
    const session = await pty.start({
      platform: { ...platform, posix: forgetful },
      folder: '',
      address: '',
      parameters: {},
      gone: () => {},
    });
    try {
      const now = stty(session.target.path, '-a').split(/[\s;]+/);
      for (const off of ['-icanon', '-echo', '-isig', '-opost', '-icrnl']) {
        expect(now, `the keeper must make the line raw: ${off}`).toContain(off);
      }
    } finally {
      await session.close();
    }
  });
});
