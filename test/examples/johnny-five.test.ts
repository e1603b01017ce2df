// The johnny-five example as a user runs it, on the emulated Uno behind its port: it is ready in time,
// the LED blinks, the button hears, the analog input reads; and what goes wrong is said in one line.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startBoard } from '../layers/board.ts';

const root = join(import.meta.dirname, '../..');
const example = join(root, 'lab/examples/johnny-five.ts');
const folder = mkdtempSync(join(tmpdir(), 'iolab-example-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The requirement on an idle machine is 1 s; a busy one gets the time it needs for its own start. */
const READY_LIMIT_MS = 1000;
const BUSY = 3;

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [example, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, out, err }));
  return { child, ended, out: () => out };
}

const toItsEnd = async (...args: readonly string[]) => (await run(...args)).ended;

describe('on a board with Firmata', () => {
  test('LED, button and analog input, through a steady name; then it lets go', async () => {
    const link = join(folder, 'usb-Arduino_Uno-if00');
    const board = await startBoard({ jumpers: ['12:2', '13:A0'], link });
    const { code, out, err } = await toItsEnd(link, '1');
    expect(err).toBe('');
    expect(code).toBe(0);
    const ready_ms = Number(/^ready after (\d+) ms$/m.exec(out)?.[1]);
    console.log(`johnny-five ready after ${ready_ms} ms on the emulated Uno`);
    expect(ready_ms).toBeLessThan(READY_LIMIT_MS * BUSY);
    expect(out).toMatch(/^button down after [\d.]+ ms\nbutton up after [\d.]+ ms$/m);
    expect(out, 'A0 sees the LED').toMatch(/^A0 1023$/m);
    expect(out).toMatch(/^A0 0$/m);
    // A second or more of blinking every 100 ms, and the reset at the end puts the LED out.
    const before = board.led.length;
    expect(before).toBeGreaterThan(6);
    await expect.poll(() => board.led.at(-1)).toBe(false);
    await board.stop();
  });

  test('a second start in a row is as good: opening resets the board', async () => {
    const board = await startBoard({ jumpers: ['12:2'] });
    for (let i = 0; i < 2; i++) {
      expect(await toItsEnd(board.path, '0')).toMatchObject({ code: 0, err: '' });
    }
    await board.stop();
  });

  test('without the wire it says which one it needs', async () => {
    const board = await startBoard();
    const { code, err } = await toItsEnd(board.path);
    expect({ code, err }).toEqual({
      code: 3,
      err: 'pin 2 did not hear pin 12: put a jumper wire from pin 12 to pin 2\n',
    });
    await board.stop();
  });

  test('a board that is pulled is named, in a moment', async () => {
    const board = await startBoard({ jumpers: ['12:2'] });
    const { ended, out } = await run(board.path, '60');
    await expect.poll(out, { timeout: 20_000 }).toContain('button up');
    await board.stop();
    const { code, err } = await ended;
    expect({ code, err }).toEqual({
      code: 3,
      err: `${board.path} hung up: unplugged, or its emulator ended\n`,
    });
  });

  test('Ctrl-C ends it at once and puts the LED out', async () => {
    const board = await startBoard({ jumpers: ['12:2'] });
    const { child, ended, out } = await run(board.path, '60');
    await expect.poll(out, { timeout: 20_000 }).toContain('button up');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    await expect.poll(() => board.led.at(-1)).toBe(false);
    await board.stop();
  });
});

describe('elsewhere', () => {
  test('the lab’s firmware is named', async () => {
    const board = await startBoard({ firmware: 'lab' });
    const { code, err } = await toItsEnd(board.path);
    expect(code).toBe(4);
    expect(err).toContain(`the lab’s firmware is on ${board.path}, not Firmata`);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    await board.stop();
  });

  test.each([
    [['/dev/nothing-here'], 3, 'no port /dev/nothing-here'],
    [[], 2, 'PORT [SECONDS]'],
    [['/dev/null', 'soon'], 2, 'PORT [SECONDS]'],
  ] as const)('%j', async (args, code, message) => {
    const result = await toItsEnd(...args);
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
    expect(result.err.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('one serialport for everybody, and no package that compiles anything', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  const ports = Object.keys(lock.packages).filter(path => path.endsWith('node_modules/serialport'));
  expect(ports, 'another serialport came in: see overrides in package.json').toEqual([
    'node_modules/serialport',
  ]);
  expect(lock.packages['node_modules/serialport']?.version).toMatch(/^13\./);
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toContain('ignore-scripts=true');
  const seen = execFileSync(
    process.execPath,
    ['-p', "require.resolve('serialport', {paths: [require.resolve('firmata')]})"],
    { cwd: root, encoding: 'utf8' },
  );
  expect(seen.trim()).toContain(join(root, 'node_modules/serialport'));
});
