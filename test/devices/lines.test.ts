// The terminal in line mode: half a line wakes nobody, a line comes whole by one read, and any bytes
// pass through it as they were typed. And the socket: its path can be longer than a socket's name may be.
import { constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STAMP_BYTES } from '../../lab/devices/stamp.ts';
import { typeLine } from '../../lab/devices/tty.ts';
import { EAGAIN, POLLIN } from '../../lab/ffi/linux/constants.ts';
import { POLLFD_EVENTS } from '../../lab/ffi/linux/structs.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { DeviceBench } from '../conformance/devices.ts';

const platform = await loadPlatform();
const { posix } = platform;
const END = 0x04;
const QUOTE = 0x16;
const PAGE = 4096;
const page = platform.memory(PAGE);
afterAll(() => page.free());

/** A terminal in line mode with both ends in hand. */
function openLines() {
  const { master, slave_path } = posix.openPty();
  const slave = posix.open(
    slave_path,
    constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK,
  );
  posix.makeLines(slave, END, QUOTE);
  const memory = platform.memory(PAGE);
  return {
    type(bytes: Uint8Array) {
      memory.bytes.set(bytes);
      expect(posix.write(master, memory.address, bytes.length)).toBe(bytes.length);
    },
    readable(limit_ms: number): boolean {
      const pollfd = new DataView(memory.bytes.buffer);
      pollfd.setInt32(0, slave, true);
      pollfd.setInt16(POLLFD_EVENTS, POLLIN, true);
      return posix.poll(memory.address, 1, limit_ms) === 1;
    },
    /** One read(2): the bytes, or a negated errno. */
    read(length = PAGE): number[] | number {
      const got = posix.read(slave, memory.address, length);
      return got < 0 ? -platform.errno() : [...memory.bytes.subarray(0, got)];
    },
    close() {
      posix.close(slave);
      posix.close(master);
      memory.free();
    },
  };
}

const typed = (message: Uint8Array): Uint8Array => {
  const into = new Uint8Array(2 * message.length + 1);
  return into.subarray(0, typeLine(message, into));
};

describe.skipIf(process.platform !== 'linux')('a terminal in line mode', () => {
  it('keeps half a line to itself, and hands the whole line over', () => {
    const line = openLines();
    try {
      const message = Uint8Array.from({ length: STAMP_BYTES }, (_, i) => 100 + i);
      const all = typed(message);
      line.type(all.subarray(0, -1));
      expect(line.readable(50), 'all but the end is there, and nobody is told').toBe(false);
      expect(line.read()).toBe(-EAGAIN);
      line.type(all.subarray(-1));
      expect(line.readable(2000)).toBe(true);
      expect(line.read()).toEqual([...message]);
    } finally {
      line.close();
    }
  });

  it('gives one line to a read, also where two are there and where it fits exactly', () => {
    const line = openLines();
    try {
      const [one, two] = [Uint8Array.from([1, 2, 3]), Uint8Array.from([5, 6, 7, 8])];
      line.type(typed(one));
      line.type(typed(two));
      expect(line.readable(2000)).toBe(true);
      expect(line.read(one.length), 'exactly as long as the line').toEqual([...one]);
      expect(line.read()).toEqual([...two]);
      expect(line.read(), 'and no end of file in between').toBe(-EAGAIN);
    } finally {
      line.close();
    }
  });

  it('passes every byte there is', () => {
    const line = openLines();
    try {
      for (let from = 0; from < 256; from += STAMP_BYTES) {
        const message = Uint8Array.from({ length: STAMP_BYTES }, (_, i) => from + i);
        line.type(typed(message));
        expect(line.readable(2000)).toBe(true);
        expect(line.read(STAMP_BYTES)).toEqual([...message]);
      }
    } finally {
      line.close();
    }
  });
});

describe.skipIf(process.platform !== 'linux')('the socket device', () => {
  const stimulus = { offsets_ns: [0, 1e6], warmup: 0, epoch: 3 };
  const LIMIT_MS = 10_000;
  let bench: DeviceBench;
  beforeEach(() => {
    bench = new DeviceBench();
  });
  afterEach(() => bench.close());

  it('says that nobody connected, and serves whoever does next', async () => {
    const device = await bench.start('socket');
    await expect(device.stimulate(stimulus, LIMIT_MS)).rejects.toThrow(/nobody connected/);
    const reader = posix.connectPath(device.target.path, true);
    await device.stimulate(stimulus, LIMIT_MS);
    expect(posix.read(reader, page.address, PAGE)).toBe(2 * STAMP_BYTES);
    posix.close(reader);
  });

  it('sends to the reader that connected last, and ends the one before', async () => {
    const device = await bench.start('socket');
    const readers = [1, 2].map(() => posix.connectPath(device.target.path, true));
    await device.stimulate(stimulus, LIMIT_MS);
    const got = readers.map(fd => posix.read(fd, page.address, PAGE));
    expect(got, 'the end of the stream, and two messages').toEqual([0, 2 * STAMP_BYTES]);
    for (const fd of readers) posix.close(fd);
  });
});

describe('a socket by its path', () => {
  it('is connected to where the path is longer than a socket’s name may be', context => {
    if (process.platform !== 'linux') context.skip('only /proc makes a long path short');
    const root = mkdtempSync(join(tmpdir(), 'iolab-socket-'));
    const folder = mkdtempSync(join(root, 'a-long-name-'.repeat(15)));
    const path = join(folder, 'socket');
    const listener = posix.listenPath(path);
    const reader = posix.connectPath(path, true);
    const writer = posix.acceptNext(listener);
    try {
      expect(path.length).toBeGreaterThan(108);
      expect(writer).toBeGreaterThanOrEqual(0);
      expect(posix.acceptNext(listener), 'nobody else').toBe(-1);
      expect(platform.errno()).toBe(EAGAIN);
    } finally {
      for (const fd of [writer, reader, listener]) posix.close(fd);
      rmSync(root, { recursive: true });
    }
  });

  it('refuses by name where nobody listens', () => {
    expect(() => posix.connectPath('/nonexistent/iolab', true)).toThrow(/connect .*ENOENT/);
  });
});
