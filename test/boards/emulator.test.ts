// The emulator as a process, through its pseudo-terminal, as any serial program meets it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cyclesBetween, encodeCommand } from '../../firmware/protocol/codec.ts';
import { parseHex } from '../../lab/boards/core/hex.ts';
import { FrozenLine } from '../../lab/boards/core/line.ts';
import { UnoBoard } from '../../lab/boards/core/uno.ts';
import { imagePath } from './host.ts';
import { Port } from './port.ts';

const emulatorPath = join(import.meta.dirname, '../../lab/boards/emulator.ts');
const here = process.platform === 'linux' || process.platform === 'darwin';
if (!here) console.log(`emulator tests left out: no pseudo-terminals on ${process.platform}`);

interface Ready {
  event: string;
  path: string;
  pid: number;
  board: string;
  sha256: string;
}

const emulatorArguments = (...more: string[]) => [
  emulatorPath,
  '--board',
  'uno',
  '--image',
  imagePath,
  ...more,
];
const started: ChildProcess[] = [];

async function start(...more: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(process.execPath, emulatorArguments(...more), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(child);
  for await (const line of createInterface({ input: child.stdout! })) {
    return { child, ready: JSON.parse(line) as Ready };
  }
  throw new Error('the emulator ended without a ready line: see its message above');
}

const ended = (child: ChildProcess) =>
  child.exitCode ?? new Promise<number | null>(done => child.once('exit', code => done(code)));

describe.runIf(here)('emulator', () => {
  let folder: string;
  let link: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'iolab-emulator-'));
    link = join(folder, 'uno');
  });
  afterEach(async () => {
    for (const child of started.splice(0)) {
      child.kill('SIGKILL');
      await ended(child);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('ready, hello, ping, and a stamp that follows the wall clock', async () => {
    const { ready, child } = await start('--link', link);
    const sha256 = createHash('sha256').update(readFileSync(imagePath)).digest('hex');
    expect(ready).toEqual({
      event: 'ready',
      path: ready.path,
      pid: child.pid,
      board: 'uno',
      clock_hz: 16e6,
      sha256,
    });
    expect(readlinkSync(link)).toBe(ready.path);
    const port = new Port(link);
    const board = await port.await('ready');
    expect(await port.ask({ kind: 'hello' })).toEqual({ ...board, kind: 'hello' });
    const first = await port.ask({ kind: 'ping' });
    const before = performance.now();
    await sleep(1000);
    const second = await port.ask({ kind: 'ping' });
    const elapsed_s = (performance.now() - before) / 1000;
    const board_s = cyclesBetween(first.arrival_cycles!, second.arrival_cycles!) / board.timer_hz;
    expect(board_s / elapsed_s).toBeGreaterThan(0.9);
    expect(board_s / elapsed_s).toBeLessThan(1.1);
    port.close();
  });

  test('opening resets: a ready frame each time, and the old mode is gone', async () => {
    const { ready } = await start();
    for (let i = 0; i < 3; i++) {
      const port = new Port(ready.path);
      expect((await port.await('ready')).mode).toBe('interrupt+ring');
      expect((await port.ask({ kind: 'mode', mode: 'polled' })).mode).toBe('polled');
      const other = new Port(ready.path); // a second program does not reset
      expect((await other.ask({ kind: 'hello' })).mode).toBe('polled');
      other.close();
      expect((await port.ask({ kind: 'hello' })).mode).toBe('polled');
      port.close();
      await sleep(50); // the emulator looks at a closed port every few milliseconds
    }
  });

  test('what is written before the board is up is not lost', async () => {
    const { ready } = await start();
    const port = new Port(ready.path);
    port.send(encodeCommand({ kind: 'echo', stream: 0, data: Uint8Array.of(1, 2, 3) }, 0));
    expect((await port.await('echo')).data).toEqual(Uint8Array.of(1, 2, 3));
    port.close();
  });

  test.each(['real time', 'frozen'])('8 kB of echo come back whole, %s', async time => {
    const { ready } = await start(...(time === 'frozen' ? ['--frozen'] : []));
    const port = new Port(ready.path);
    await port.await('ready');
    const data = Uint8Array.from({ length: 62 }, (_, i) => i * 5);
    const frames = 132;
    const send = (stream: number) =>
      port.send(encodeCommand({ kind: 'echo', stream, data }, stream));
    send(0);
    for (let i = 0; i < frames; i++) {
      if (i + 1 < frames) send(i + 1);
      expect(await port.await('echo')).toEqual({ kind: 'echo', stream: i, data });
    }
    const { counters } = await port.ask({ kind: 'counters', clear: false });
    expect(counters).toMatchObject({ echo_frames: frames, echo_lost: 0, frames_bad: 0 });
    expect(counters).toMatchObject({ uart_overruns: 0, ring_overruns: 0 });
    port.close();
  });

  test('a program that does not read loses nothing', async () => {
    const { ready } = await start('--frozen');
    const port = new Port(ready.path);
    await port.await('ready');
    const data = new Uint8Array(60);
    const frames = 600; // more than a terminal holds
    const stream = Buffer.concat(
      Array.from({ length: frames }, (_, i) => encodeCommand({ kind: 'echo', stream: i, data }, i)),
    );
    for (let at = 0; at < stream.length; ) {
      const written = port.write(stream.subarray(at));
      at += written;
      if (written === 0) await sleep(2);
    }
    for (let i = 0; i < frames; i++) expect((await port.await('echo')).stream).toBe(i);
    port.close();
  });

  test('frozen: the same stamps on every run, whatever the host does meanwhile', async () => {
    const run = async (pause_ms: number) => {
      const { ready } = await start('--frozen');
      const port = new Port(ready.path);
      const stamps: unknown[] = [await port.await('ready')];
      for (let i = 0; i < 5; i++) {
        await sleep(pause_ms);
        stamps.push(await port.ask({ kind: 'ping' }));
        stamps.push(await port.ask({ kind: 'load', load: i % 2 ? 'none' : 'heavy' }));
      }
      port.close();
      return stamps;
    };
    expect(await run(15)).toEqual(await run(1));
  });

  test('frozen: behind its terminal it is the very same line as by plain calls', async () => {
    const twin = new FrozenLine(new UnoBoard(parseHex(readFileSync(imagePath, 'latin1'))));
    const { ready } = await start('--frozen');
    const port = new Port(ready.path);
    expect(await port.bytes(twin.start())).toBe('the same');
    for (let i = 0; i < 12; i++) {
      const write = [
        encodeCommand({ kind: 'load', load: i % 2 ? 'none' : 'heavy' }, i),
        encodeCommand({ kind: 'ping' }, i + 100, 300 + 50 * i),
      ];
      const answer = twin.exchange(Buffer.concat(write));
      port.send(Buffer.concat(write));
      expect(await port.bytes(answer)).toBe('the same');
    }
    port.close();
  });

  test('closed and opened again at once: a fresh board each time', async () => {
    if (process.platform !== 'linux') {
      console.log('quick openings left out: only Linux tells of them');
      return;
    }
    const { ready } = await start();
    for (let i = 0; i < 20; i++) {
      const port = new Port(ready.path);
      const board = await port.await('ready');
      expect(board.mode).toBe('interrupt+ring');
      expect((await port.ask({ kind: 'mode', mode: 'polled' })).mode).toBe('polled');
      port.close();
    }
  });

  test('a program at another rate reads and writes garbage; at the right one all is well', async () => {
    const { ready } = await start();
    const rate = (baud: number) =>
      spawnSync('stty', [process.platform === 'linux' ? '-F' : '-f', ready.path, `${baud}`]);
    const port = new Port(ready.path);
    await port.await('ready');
    expect(rate(9600).status, 'stty must be there').toBe(0);
    const before = port.parsed;
    port.send(encodeCommand({ kind: 'hello' }, 1));
    await sleep(100);
    port.drain();
    expect(port.parsed, 'no good frame may come').toBe(before);
    rate(115_200);
    const { counters } = await port.ask({ kind: 'counters', clear: false });
    expect(counters.rx_bytes, 'the board heard something else').toBeGreaterThan(12);
    port.close();
    // The ready frame of the next opening, read at half the rate, is bytes and no frame.
    rate(57_600);
    const again = new Port(ready.path);
    for (let tries = 0; tries < 500 && again.drain() === 0; tries++) await sleep(2);
    await sleep(50);
    again.drain();
    expect(again.received).toBeGreaterThan(0);
    expect(again.parsed).toBe(0);
    again.close();
  });

  test('it tells about itself when asked to', async () => {
    const { child, ready } = await start('--status', '20');
    const port = new Port(ready.path);
    await port.await('ready');
    const lines = createInterface({ input: child.stdout! });
    for await (const line of lines) {
      const said = JSON.parse(line) as Record<string, unknown>;
      if (said.bytes_out === 0 || said.open !== true) continue;
      expect(said).toMatchObject({ event: 'status', led: false, resets: 1, host_baud: 115_200 });
      expect(said.baud).toBeCloseTo(16e6 / 136, 3);
      break;
    }
    port.close();
  });

  test('it costs little asleep, and nothing spins after a hang-up', async () => {
    if (process.platform !== 'linux') {
      console.log('processor share left out: it is read from /proc');
      return;
    }
    const { ready } = await start();
    const share = async () => {
      const ticks = () => {
        const fields = readFileSync(`/proc/${ready.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
        return Number(fields[11]) + Number(fields[12]); // utime and stime, in 10 ms
      };
      const [before, start_ms] = [ticks(), performance.now()];
      await sleep(1000);
      return ((ticks() - before) * 10) / (performance.now() - start_ms);
    };
    const port = new Port(ready.path);
    await port.await('ready');
    expect(await share()).toBeLessThan(0.3); // a spin would be 1
    await port.ask({ kind: 'mode', mode: 'polled' }); // never sleeps
    expect(await share()).toBeLessThan(0.7);
    port.close();
    await sleep(50);
    const after = new Port(ready.path);
    await after.await('ready');
    after.close();
    expect(await share()).toBeLessThan(0.3);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it, and the link is gone', async signal => {
    const { child } = await start('--link', link);
    const port = new Port(link);
    await port.await('ready');
    child.kill(signal);
    expect(await ended(child)).toBe(0);
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
    port.close();
  });

  test('it ends when its standard input closes, and the link is gone', async () => {
    const { child } = await start('--link', link);
    child.stdin!.end();
    expect(await ended(child)).toBe(0);
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('a link left by a killed emulator is replaced, anything else is left alone', async () => {
    symlinkSync('/dev/pts/999999', link);
    const { child, ready } = await start('--link', link);
    expect(readlinkSync(link)).toBe(ready.path);
    child.kill();
    await ended(child);

    const refuse = (name: string) => {
      const refused = spawnSync(process.execPath, emulatorArguments('--link', name), {
        encoding: 'utf8',
        input: '',
      });
      expect(refused.status, refused.stderr).toBe(2);
      return refused.stderr;
    };
    writeFileSync(link, 'mine');
    expect(refuse(link)).toContain('is already there');
    expect(readFileSync(link, 'latin1')).toBe('mine');
    const other = join(folder, 'other');
    symlinkSync(join(folder, 'nowhere'), other);
    expect(refuse(other)).toContain(`is already there and leads to ${join(folder, 'nowhere')}`);
    expect(refuse(join(folder, 'no', 'folder'))).toContain('its folder is not there');
  });

  test.each([
    [['--board', 'mega'], 'no emulated board "mega"'],
    [['--image', 'README.md'], 'README.md'],
    [['--image', emulatorPath], 'the emulated uno takes .hex files'],
    [['--image', 'nowhere.hex'], 'nowhere.hex: no such file'],
    [['--image', import.meta.dirname], 'the emulated uno takes .hex files'],
    [['--status', 'often'], '--status often'],
    [['--baud', '9600'], '--baud'],
  ])('used wrongly %j: exit 2, one line that says why', (wrong, message) => {
    const { status, stderr } = spawnSync(process.execPath, emulatorArguments(...wrong), {
      encoding: 'utf8',
      input: '',
      cwd: folder,
    });
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(link)).toBe(false);
  });
});
