// `iolab emulate` as a user and as any serial program meets it: what it says, piped and on a terminal,
// who can open its port, what it refuses, and that Ctrl-C leaves nothing.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BoardFacts,
  decodeReply,
  encodeCommand,
  FrameParser,
} from '../../../firmware/protocol/codec.ts';
import { type BoardStatus, boardLine } from '../../../lab/cli/terminal/board-line.ts';
import { createPaint } from '../../../lab/cli/terminal/colour.ts';
import {
  complaints,
  iolab,
  pinnedNode,
  type Running,
  root,
  start,
  temporaryFolder,
} from '../../helpers/cli.ts';
import { until, untilGone } from '../../helpers/processes.ts';

let home: string;
let link: string;
let running: Running | undefined;
let out: string;
beforeEach(() => {
  home = temporaryFolder();
  link = join(temporaryFolder('ports'), 'board');
});
afterEach(async () => {
  running?.child.kill('SIGINT');
  await running?.ended;
  running = undefined;
  await untilGone(home, 1000);
});

/** Starts `iolab emulate` and waits for its port. */
async function emulate(...args: string[]): Promise<Running> {
  out = '';
  const one = start(['emulate', ...args, '--link', link], { home });
  running = one;
  one.child.stdout!.on('data', (text: string) => {
    out += text;
  });
  const over = one.ended.then(({ code, err }) => {
    if (!existsSync(link)) throw new Error(`it ended with ${code}: ${err}`);
  });
  await Promise.race([
    over,
    until('the port', () => existsSync(link) && /Ctrl-C\n$|\}\n$/.test(out)),
  ]);
  return one;
}

/**
 * A program with serialport, in a process of its own. The timer is needed: bindings-cpp 13 calls back
 * into JavaScript without letting promises go on, so on a recent Node a lone reader is woken only by
 * the next event of another kind.
 */
const PROGRAM = `
  import { SerialPort } from 'serialport';
  const port = new SerialPort({ path: process.argv[1], baudRate: 115200 });
  port.on('data', data => process.stdout.write(data));
  const tick = setInterval(() => {}, 20);
  process.stdin.on('end', () => port.close(() => clearInterval(tick))).resume();
`;

/** Opens the port with serialport 13 and waits for the board's ready frame. */
async function readyOver(path: string): Promise<BoardFacts> {
  const child = spawn(pinnedNode, ['--input-type=module', '-e', PROGRAM, path], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const parser = new FrameParser();
  let ready: BoardFacts | undefined;
  child.stdout.on('data', (data: Buffer) => {
    for (const reply of parser.push(data).map(decodeReply)) {
      if (reply.kind === 'ready') ready = reply;
    }
  });
  try {
    return await until('the ready frame', () => ready);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

/** The emulator's own process, by the link it was given; undefined while there is none. */
function emulatorOf(its_link: string): number | undefined {
  const { stdout } = spawnSync('pgrep', ['-f', `emulator\\.ts .*${its_link}`], {
    encoding: 'utf8',
  });
  return stdout.trim() === '' ? undefined : Number(stdout.trim().split('\n')[0]);
}

describe('iolab emulate', () => {
  it.each(['uno', 'pico'] as const)(
    '%s: serialport opens it and reads its ready frame',
    async board => {
      await emulate(board);
      expect((await readyOver(link)).board).toBe(board);
      expect(out).toContain(`${link} (${readlinkSync(link)}), 115200 baud`);
      expect(out).toMatch(/sha256 [0-9a-f]{12}/);
      expect(out).toMatch(board === 'uno' ? /16 MHz, in real time/ : /24 MHz, in real time/);
      expect(out).toContain('Ctrl-C');
      expect(out, 'piped: no colour and no live line').not.toContain('\u001b');
      expect(running!.err()).toBe('');
    },
  );

  it('stty, cat and a plain write do, too', async () => {
    await emulate('uno', '--frozen');
    execFileSync('stty', [
      process.platform === 'linux' ? '-F' : '-f',
      link,
      '115200',
      'raw',
      '-echo',
    ]);
    const cat = spawn('cat', [link], { stdio: ['ignore', 'pipe', 'inherit'] });
    const parser = new FrameParser();
    const kinds: string[] = [];
    cat.stdout.on('data', (data: Buffer) => {
      kinds.push(...parser.push(data).map(frame => decodeReply(frame).kind));
    });
    await until('the ready frame', () => kinds.includes('ready'));
    writeFileSync(link, encodeCommand({ kind: 'hello' }, 1));
    await until('the answer', () => kinds.includes('hello'));
    cat.kill();
    await once(cat, 'exit');
  });

  it('--json prints one document when the port is there, and nothing else', async () => {
    await emulate('uno', '--json', '--frozen');
    const said = JSON.parse(out) as Record<string, unknown>;
    expect(said).toMatchObject({
      schema: 'iolab/emulate/1',
      board: 'uno',
      path: readlinkSync(link),
      link,
      pace: 'frozen',
      clock_hz: 16e6,
      firmware: 'lab',
      image: join(root, 'firmware/images/uno.hex'),
    });
  });

  it('any image of the board: Firmata by name, any file by path', async () => {
    await emulate('uno', '--firmware', 'firmata');
    expect(out).toMatch(/firmata.hex/);
    expect(out).toContain('57600 baud');
    running!.child.kill('SIGINT');
    await running!.ended;
    const file = join(temporaryFolder('images'), 'Mine.HEX');
    writeFileSync(file, readFileSync(join(root, 'firmware/images/uno.hex')));
    await emulate('uno', '--firmware', file);
    expect(out).toContain('Mine.HEX');
    expect((await readyOver(link)).board).toBe('uno');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: exit 130, the link and the processes are gone',
    async signal => {
      const one = await emulate('uno');
      one.child.kill(signal);
      const sent_ms = performance.now();
      const { code, err } = await one.ended;
      expect(code, err).toBe(130);
      expect(complaints(err)).toHaveLength(1);
      expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
      await untilGone(home, Math.max(1, 1000 - (performance.now() - sent_ms)));
    },
  );

  it('killed outright, its emulator ends by itself and takes the link with it', async () => {
    const one = await emulate('uno');
    one.child.kill('SIGKILL');
    await one.ended;
    await untilGone(home, 2000);
    await until('the link to go', () => lstatSync(link, { throwIfNoEntry: false }) === undefined);
  });

  it('Ctrl-C before the board is ready: exit 130, though the emulator ends first', async () => {
    const one = start(['emulate', 'uno', '--link', link], { home });
    const emulator = await until('the emulator', () => emulatorOf(link));
    process.kill(emulator, 'SIGINT');
    one.child.kill('SIGINT');
    const { code, err } = await one.ended;
    expect(code, err).toBe(130);
    expect(complaints(err)).toEqual([expect.stringMatching(/^iolab: interrupted; /)]);
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('its emulator killed outright: said so, exit 3, and the link is gone', async () => {
    const one = await emulate('uno');
    process.kill(emulatorOf(link)!, 'SIGKILL');
    const { code, err } = await one.ended;
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([expect.stringContaining('ended by itself')]);
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('what it refuses', () => {
  const refused = async (...args: string[]) => {
    const { code, err, out } = await iolab(['emulate', ...args], { home });
    expect(out).toBe('');
    const lines = complaints(err);
    expect(lines, err).toHaveLength(1);
    return `${code} ${lines[0]}`;
  };

  it('a wrong image: exit 2, with the line and the reason', async () => {
    const file = join(temporaryFolder('images'), 'bad.hex');
    const good = readFileSync(join(root, 'firmware/images/uno.hex'), 'latin1').split(/\r?\n/);
    const third = good[2]!;
    good[2] = third.slice(0, -2) + (third.endsWith('00') ? '01' : '00'); // its checksum
    writeFileSync(file, good.join('\n'));
    expect(await refused('uno', '--firmware', file)).toMatch(/^2 iolab: .*bad\.hex: line 3: /);
    expect(await refused('pico', '--firmware', file)).toMatch(/^2 .*takes \.uf2 or \.bin files/);
    const uf2 = join(temporaryFolder('images'), 'bad.uf2');
    writeFileSync(uf2, 'no such thing');
    expect(await refused('pico', '--firmware', uf2)).toMatch(/^2 iolab: .*bad\.uf2: /);
    expect(await refused('uno', '--firmware', '/no/such.hex')).toMatch(/^2 .*no such file/);
  });

  it('a board or a firmware that is none, two paces at once', async () => {
    expect(await refused('mega')).toMatch(/^2 .*unknown emulated board "mega"/);
    expect(await refused('pico', '--firmware', 'firmata')).toMatch(
      /^3 .*no firmware "firmata" for the pico. there is lab/,
    );
    expect(await refused('uno', '--frozen', '--realtime')).toMatch(/^2 .*exclude each other/);
    expect(await refused('uno', '--jumper', 'A9:2')).toMatch(/^2 .*no pin is called A9/);
    expect(await refused('pico', '--jumper', '2:x')).toMatch(/^2 .*no pin is called x/);
  });

  it('a link that would replace something; a stale one of its own it replaces', async () => {
    writeFileSync(link, 'mine');
    expect(await refused('uno', '--link', link)).toMatch(/^2 .*already there/);
    expect(readFileSync(link, 'utf8')).toBe('mine');
    const missing = join(link, '..', 'no', 'folder');
    expect(await refused('uno', '--link', missing)).toMatch(/^2 .*its folder is not there/);
    link = join(temporaryFolder('ports'), 'stale');
    symlinkSync('/dev/pts/999999', link);
    const one = start(['emulate', 'uno', '--link', link], { home });
    running = one;
    await until('the link', () => existsSync(link));
    expect(readlinkSync(link)).not.toContain('999999');
  });

  it('a system without pseudo-terminals: exit 3', async () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      return console.log('left out: needs a mount namespace of its own (root on Linux)');
    }
    const empty = temporaryFolder('dev');
    mkdirSync(empty, { recursive: true });
    const hide = `mount --bind /dev/null /dev/ptmx && exec "$0" "$@"`;
    const before = ['unshare', '-m', 'sh', '-c', hide];
    const { code, err } = await iolab(['emulate', 'uno'], { home, before });
    expect(code, err).toBe(3);
    expect(complaints(err)).toHaveLength(1);
  });
});

describe('the live line', () => {
  const status: BoardStatus = {
    time_ms: 250,
    led: true,
    open: true,
    bytes_in: 12,
    bytes_out: 45_678,
    cycles: 4e6,
    asleep_cycles: 3e6,
    clock_hz: 16e6,
    baud: 117_647,
    host_baud: 115_200,
  };
  const before = { ...status, time_ms: 0, cycles: 0, asleep_cycles: 0 };
  const line = (now: BoardStatus, width: number, frozen = false) =>
    boardLine(now, before, frozen, width, createPaint(false));

  it('tells everything at 80 columns, the most important at 40', () => {
    expect(line(status, 79)).toBe(
      '◉ LED on   open  in 12 B  out 45.7 kB  asleep 75 %  1.00× real time',
    );
    expect(line(status, 39)).toBe('◉ LED on   open  in 12 B  out 45.7 kB');
    expect(line({ ...status, led: false, open: false }, 39)).toMatch(/^○ LED off {2}closed/);
    expect(line({ ...status, cycles: 0 }, 79, true)).toMatch(/clock stands still$/);
  });

  it('says first of all that the rate is wrong', () => {
    expect(line({ ...status, host_baud: 9600 }, 79)).toMatch(
      /^◉ LED on {3}garbled: 9600 baud, board 117647/,
    );
  });
});
