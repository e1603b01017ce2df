// What can be wrong with a board on a port, each named clearly and in bounded time: pulled, opened
// anew, another rate, another firmware, noise, held by another program, no permission. The board is
// emulated behind a link of the by-id kind, so only the device's id differs from a real one.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queryIdentity } from '../../firmware/firmata/codec.ts';
import { encodeFrame } from '../../firmware/protocol/codec.ts';
import {
  denied,
  isPseudoTerminal,
  lockFileHolder,
  terminalServer,
  whyNotOpen,
} from '../../lab/devices/parts/port.ts';
import { Witness } from '../../lab/devices/parts/witness.ts';
import { SystemCallError } from '../../lab/errors.ts';
import { startDevice } from '../../lab/run/cells.ts';
import { complaints, iolab, pinnedNode, root, temporaryFolder } from '../helpers/cli.ts';
import { noiseFrom } from '../helpers/noise.ts';
import { emulated, type OtherEnd, otherEnd } from '../helpers/other-end.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('left out: holders and permissions of ports are read as on Linux');

let link: string;
let end: OtherEnd | undefined;
const programs: ChildProcess[] = [];
const { signal } = new AbortController();
beforeEach(() => {
  const folder = join(temporaryFolder('dev'), 'serial', 'by-id');
  mkdirSync(folder, { recursive: true });
  link = join(folder, 'usb-Arduino__www.arduino.cc__0043_55739323737351-if00');
});
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
  await end?.close();
  end = undefined;
});

/** The failure of starting this device, in words. */
async function refusal(id: string): Promise<string> {
  try {
    const device = await startDevice(id, temporaryFolder('device'), {}, signal);
    await device.close();
    return 'it started';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** Another program on the port: Python's own calls, ended after the test. */
async function program(code: string): Promise<ChildProcess> {
  const child = spawn(
    'python3',
    [
      '-c',
      `import sys,time,os,fcntl,termios\n${code}\nprint('on',flush=True)\ntime.sleep(60)`,
      link,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  programs.push(child);
  await once(child.stdout!, 'data');
  return child;
}
const OPEN = 'f=os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY)';

describe('a board by its by-id name', () => {
  it.each(['uno', 'pico'] as const)(
    '%s@PATH is that board, and is known to be emulated',
    async board => {
      end = await emulated(board, link);
      const device = await startDevice(`${board}@${link}`, temporaryFolder('device'), {}, signal);
      expect(device.identity).toMatchObject({ board });
      expect(device.evidence).toBe('simulated');
      await device.close();
      // Opened anew: nothing of the last time is left.
      expect(await refusal(`${board}@${link}`)).toBe('it started');
    },
  );

  it('of another kind is refused by the name it was called', async () => {
    end = await emulated('pico', link);
    expect(await refusal(`uno@${link}`)).toMatch(
      /^Unsupported: the board on .* is a pico, not a uno.*name it pico@/,
    );
  });

  it('pulled in the middle: gone, and by which name', async () => {
    end = await emulated('uno', link);
    const { path } = end;
    const device = await startDevice(`uno@${link}`, temporaryFolder('device'), {}, signal);
    await end.close();
    expect(await refusal(`uno@${link}`)).toMatch(/^SystemCallError: open .*if00: ENOENT/);
    expect(await refusal(`uno@${path}`)).toMatch(/ENOENT|ENXIO|EIO/);
    await device.close();
  });

  it('an emulator that is killed is told by its name', async () => {
    const device = await startDevice('uno', temporaryFolder('device'), { pace: 'frozen' }, signal);
    const emulators = execFileSync('pgrep', ['-P', String(device.pid)], { encoding: 'utf8' });
    process.kill(Number(emulators.trim()), 'SIGKILL');
    await expect(device.whenGone).rejects.toThrow(/the emulator of the uno ended/);
    await device.close();
  });
});

describe('what is no port', () => {
  it('a file, a folder and a pipe are refused before they are opened', async () => {
    const file = join(temporaryFolder('file'), 'a-file');
    writeFileSync(file, 'mine');
    const pipe = join(temporaryFolder('pipe'), 'a-pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [file, temporaryFolder('folder'), pipe]) {
      expect(await refusal(`uno@${path}`)).toMatch(/^Unsupported: .* is no serial port/);
    }
  });

  it('a terminal by any name is known as one that a program serves', async () => {
    end = await emulated('uno', link);
    expect(isPseudoTerminal(link)).toBe(true);
    expect(isPseudoTerminal('/dev/null')).toBe(false);
    expect(isPseudoTerminal(`${link}-none`)).toBe(false);
  });
});

describe.runIf(linux)('a port that others use', () => {
  it('held exclusively: the program is named', async () => {
    end = await emulated('uno', link);
    const holder = await program(`${OPEN}\nfcntl.ioctl(f,termios.TIOCEXCL)`);
    expect(await refusal(`uno@${link}`)).toMatch(
      new RegExp(`^Unsupported: .* is in use: python3\\S* \\(process ${holder.pid}\\) holds it`),
    );
  });

  it('left exclusive by a program that has ended: nobody is accused, and what undoes it', async () => {
    end = await emulated('uno', link);
    const holder = await program(`${OPEN}\nfcntl.ioctl(f,termios.TIOCEXCL)`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    programs.splice(0);
    expect(await refusal(`uno@${link}`)).toMatch(
      /^Unsupported: .* is kept exclusive, and no program is seen.*start the emulator anew/,
    );
  });

  it('locked with flock, as serialport does: the program is named', async () => {
    end = await emulated('uno', link);
    const holder = await program(`${OPEN}\nfcntl.flock(f,fcntl.LOCK_EX)`);
    expect(await refusal(`serial@${link}`)).toContain(`(process ${holder.pid}) holds it`);
  });

  it('by a lock file of the old kind, while its process lives', () => {
    const folder = temporaryFolder('lock');
    const name = `LCK..${link.split('/').at(-1)}`;
    writeFileSync(join(folder, name), `${String(process.ppid).padStart(10)}\n`);
    expect(lockFileHolder(link, [folder])?.pid).toBe(process.ppid);
    writeFileSync(join(folder, name), '  99999999\n');
    expect(lockFileHolder(link, [folder])).toBeUndefined();
  });

  it('the server of a pseudo-terminal is known; a file has none', async () => {
    end = await emulated('uno', link);
    expect(terminalServer(link)).toMatchObject({ pid: end.pid });
    expect(terminalServer('/dev/null')).toBeUndefined();
  });

  it('another program that opens it too is named where no board answers', async () => {
    end = await otherEnd('silent');
    link = end.path;
    const holder = await program(OPEN);
    expect(await refusal(`serial@${link}`)).toContain(`(process ${holder.pid}) has it open too`);
  });
});

describe.runIf(linux)('no permission', () => {
  it('names the group and what grants it, from the words of the system', () => {
    const error = new SystemCallError('open /dev/ttyACM0', 'EACCES');
    expect(whyNotOpen('/dev/no-such-port', error).message).toMatch(
      /no permission on \/dev\/no-such-port.*usermod -aG dialout .*udev rule.*iolab doctor/,
    );
    expect(denied('/dev/ttyACM0', 'uucp').message).toMatch(
      /belongs to the group uucp. sudo usermod -aG uucp/,
    );
  });

  it('as another user, really', async () => {
    if (process.getuid?.() !== 0) return console.log('left out: only root can become another user');
    end = await emulated('uno', link);
    chmodSync(realpathSync(link), 0o600);
    const ask = `
      const { loadPlatform } = await import('${root}lab/ffi/load.ts');
      const { BoardKeeper } = await import('${root}lab/devices/board.ts');
      const platform = await loadPlatform();
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      try { new BoardKeeper(platform, '${realpathSync(link)}'); console.log('it opened'); }
      catch (error) { console.log(error.name + ': ' + error.message); }`;
    const said = execFileSync(pinnedNode, ['--input-type=module', '-e', ask], { encoding: 'utf8' });
    expect(said).toMatch(/^Unsupported: no permission on \/dev\/pts\/\d+.*usermod -aG/);
  });
});

describe('what answers is not the lab’s firmware', () => {
  it('Firmata is recognised, at its own rate', async () => {
    const image = join(root, 'firmware/images/firmata.hex');
    end = await emulated('uno', link, '--image', image);
    expect(await refusal(`uno@${link}`)).toMatch(
      /no lab firmware answers .* a board with Firmata 2\.\d+ answers at 57600 baud instead.*iolab flash/,
    );
  });

  it.each([
    ['silent', /nothing came.*check the cable/],
    ['echo', /what is sent comes back/],
    ['noise', /\d+ bytes came that make no sense/],
  ] as const)('%s: told apart', async (manner, words) => {
    end = await otherEnd(manner);
    expect(await refusal(`serial@${end.path}`)).toMatch(words);
  });

  it('noise that holds Firmata’s version and nameless reports is never taken for Firmata', () => {
    const block = new Uint8Array(256);
    for (let seed = 1; seed <= 20; seed++) {
      const witness = new Witness();
      const fill = noiseFrom(seed);
      for (let i = 0; i < 200; i++) {
        fill(block);
        expect(witness.sawAtFirmataRate(block), `seed ${seed}, block ${i}`).toBe(false);
      }
    }
    // Its own questions, come back, are no answer.
    expect(new Witness().sawAtFirmataRate(queryIdentity())).toBe(false);
    // Nor is another major version, though it has a name.
    const named = [0xf0, 0x79, 1, 0, 0x41, 0, 0xf7];
    expect(new Witness().sawAtFirmataRate(Uint8Array.of(0xf9, 3, 0, ...named))).toBe(false);
  });

  it('Firmata is found behind noise, in whatever pieces it comes', () => {
    const before = new Uint8Array(100);
    noiseFrom(7)(before);
    const answer = [0xf9, 2, 6, 0xf0, 0x79, 1, 0, 0x41, 0, 0x62, 0, 0xf7];
    const bytes = [...before, ...answer];
    for (let piece = 1; piece <= bytes.length; piece++) {
      const witness = new Witness();
      const found: boolean[] = [];
      for (let i = 0; i < bytes.length; i += piece) {
        found.push(witness.sawAtFirmataRate(Uint8Array.from(bytes.slice(i, i + piece))));
      }
      expect(found.indexOf(true), `pieces of ${piece}`).toBe(found.length - 1);
      expect(witness.verdict(115_200, 115_200).reason).toContain('Firmata 2.6 answers');
    }
  });

  it('another version of the protocol is named', () => {
    const witness = new Witness();
    const frame = { version: 7, kind: 0xff, sequence: 0, payload: Uint8Array.of(1, 5) };
    witness.saw(encodeFrame(frame), [frame]);
    expect(witness.verdict(115_200, 115_200).reason).toMatch(
      /speaks version 7 .* the lab version 1/,
    );
  });

  it('a line that another program has set to another rate is named', () => {
    expect(new Witness().verdict(115_200, 9600).reason).toBe(
      'another program has set the line to 9600 baud',
    );
  });
});

describe('on the command line', () => {
  it('a held port is one line, exit 3, and bounded', async () => {
    if (!linux) return;
    end = await emulated('uno', link);
    await program(`${OPEN}\nfcntl.ioctl(f,termios.TIOCEXCL)`);
    const home = temporaryFolder();
    const args = ['run', 'round-trip', '--device', `uno@${link}`, '--driver', 'epoll'];
    const { code, err } = await iolab([...args, '--rounds', '1', '--samples', '5'], { home });
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([expect.stringMatching(/is in use: python3/)]);
  });
});
