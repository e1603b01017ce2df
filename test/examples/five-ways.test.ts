// The five ways to read one device, each as the program that a page shows: all read the same messages from
// a fifo, whatever pieces they come in; and silence, an end and a wrong message are told apart.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SEQUENCE, STAMP_BYTES } from '../../lab/devices/stamp.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Memory } from '../../lab/ffi/platform.ts';

const folder = mkdtempSync(join(tmpdir(), 'iolab-five-ways-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const platform = await loadPlatform();
const { posix } = platform;
const COUNT = 500;
const SUM = (COUNT * (COUNT - 1)) / 2;

const root = join(import.meta.dirname, '../..');
const programs = {
  blocking: 'lab/examples/five-ways/blocking.ts',
  'poll-bounded': 'lab/examples/five-ways/poll-bounded.ts',
  callbacks: 'lab/examples/five-ways/callbacks.ts',
  'async-await': 'lab/examples/five-ways/async-await.ts',
  reactor: 'lab/examples/five-ways/reactor.ts',
};
type Way = keyof typeof programs;
/** The third and the fourth on several drivers: of readiness, of completion, and one that waits itself. */
const ways: readonly (readonly [way: Way, driver?: string])[] = [
  ['blocking'],
  ['poll-bounded'],
  ['callbacks', 'io-uring'],
  ['callbacks', 'epoll'],
  ['callbacks', 'poll'],
  ['callbacks', 'blocking'],
  ['async-await', 'io-uring'],
  ['async-await', 'epoll'],
  ['async-await', 'poll'],
  ['reactor'],
];
const onlyOnLinux = new Set(['io-uring', 'epoll']);

let path: string;
let fd: number;
let memory: Memory;
let made = 0;
beforeEach(() => {
  path = join(folder, `fifo-${made++}`);
  posix.mkfifo(path, 0o600);
  // Open both ways, as the lab's own device: so no reader finds it without a writer.
  fd = posix.open(path, constants.O_RDWR | constants.O_NONBLOCK);
  memory = platform.memory(4096);
});
const hangUp = (): void => {
  if (fd >= 0) posix.close(fd);
  fd = -1;
};
afterEach(() => {
  hangUp();
  memory.free();
});

/** Messages with these numbers, written in one piece; bytes before and behind may be cut off. */
function write(numbers: readonly number[], cut = 0): void {
  const fields = new Float64Array(memory.bytes.buffer, 0, numbers.length * 4);
  for (const [i, number] of numbers.entries()) fields[i * 4 + SEQUENCE] = number;
  const length = numbers.length * STAMP_BYTES;
  for (const [from, to] of [
    [0, cut],
    [cut, length],
  ] as const) {
    if (to === from) continue;
    expect(posix.write(fd, memory.address + from, to - from)).toBe(to - from);
  }
}

function start(way: Way, ...words: readonly string[]) {
  const program = join(root, programs[way]);
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, out, err }));
  return { child, ended };
}

const arguments_of = (count: number, seconds: number, driver = 'io-uring') => [
  path,
  String(count),
  String(seconds),
  driver,
];

for (const [way, driver] of ways) {
  const name = driver === undefined ? way : `${way} on ${driver}`;
  const wrong = onlyOnLinux.has(driver ?? '') && process.platform !== 'linux';
  if (wrong) console.log(`${name} is not tested: ${driver} exists on Linux only`);
  describe.skipIf(wrong)(name, () => {
    it('reads them all, singly, in bursts and cut in two', async context => {
      const { ended } = start(way, ...arguments_of(COUNT, 20, driver));
      for (let sent = 0; sent < COUNT; ) {
        const burst = Math.min(COUNT - sent, 1 + ((sent * 7) % 40));
        write(
          Array.from({ length: burst }, (_, i) => sent + i),
          (sent * 5) % STAMP_BYTES,
        );
        sent += burst;
        await sleep(1);
      }
      const { code, out, err } = await ended;
      if (/io_uring_setup/.test(err)) return context.skip(err);
      expect(err).toBe('');
      expect({ code, out }).toEqual({
        code: 0,
        out: `${COUNT} messages, their numbers add up to ${SUM}\n`,
      });
    });

    it('says so when one is missing', async context => {
      const { ended } = start(way, ...arguments_of(10, 20, driver));
      write([0, 1, 2, 4, 5]);
      const { code, err } = await ended;
      if (/io_uring_setup/.test(err)) return context.skip(err);
      expect({ code, err }).toEqual({ code: 1, err: 'message 4 came instead of 3\n' });
    });

    it('says so when nobody writes any more', async context => {
      const { ended, child } = start(way, ...arguments_of(10, 20, driver));
      write([0, 1, 2]);
      // It has begun when the pipe is empty: closed before, the pipe would lose what it holds.
      const pollfd = new DataView(memory.bytes.buffer, 2048);
      const isEmpty = (): boolean => {
        pollfd.setInt32(0, fd, true);
        pollfd.setInt16(4, 1, true);
        return posix.poll(memory.address + 2048, 1, 0) === 0;
      };
      while (!isEmpty() && child.exitCode === null) await sleep(5);
      hangUp();
      const { code, err } = await ended;
      if (/io_uring_setup/.test(err)) return context.skip(err);
      expect({ code, err }).toEqual({ code: 3, err: 'nobody writes any more after 3 messages\n' });
    });
  });
}

describe('silence', () => {
  for (const [way, driver] of ways) {
    if (way === 'blocking' || way === 'reactor' || driver === 'blocking') continue;
    if (process.platform !== 'linux' && onlyOnLinux.has(driver ?? '')) continue;
    it(`has an end in ${way} ${driver ?? ''}`, async context => {
      const { ended } = start(way, ...arguments_of(10, 0.3, driver));
      write([0, 1]);
      const { code, err } = await ended;
      if (/io_uring_setup/.test(err)) return context.skip(err);
      expect({ code, err }).toEqual({ code: 4, err: 'silence for 300 ms after 2 messages\n' });
    });
  }
});

describe('wrong usage', () => {
  it('is said in one line', async () => {
    for (const words of [[], [path], [path, 'many'], [path, '0'], [path, '3', '-1']]) {
      const { code, err } = await start('reactor', ...words).ended;
      expect(code).toBe(2);
      expect(err).toMatch(/^give PATH COUNT .*\n$/);
    }
    const { code, err } = await start('blocking', join(folder, 'none'), '3').ended;
    expect(code).toBe(3);
    expect(err).toMatch(/ENOENT/);
  });

  it('of a driver that is none for a service is refused', async () => {
    const { code, err } = await start('callbacks', ...arguments_of(3, 1, 'node-stream')).ended;
    expect(code).toBe(3);
    expect(err).toMatch(/Node's event loop.*choose io-uring/);
  });
});
