// kqueue on Linux: what it says where there is none, and the driver's half of the protocol, end to end,
// against a test double of our own over epoll (kqueue-double.c). That shows nothing about libkqueue or
// about macOS and FreeBSD, where the common suite runs with the real one.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Probe } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import {
  KEVENT_DATA,
  KEVENT_FILTER,
  KEVENT_FLAGS,
  KEVENT_IDENT,
  keventBytes,
} from '../../lab/ffi/linux/structs.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { driverConformance } from '../conformance/drivers.ts';
import { type Line, openBlocks, openFifo } from '../conformance/lines.ts';
import { contextFor, Session } from '../conformance/session.ts';
import { compiler } from '../firmware/native.ts';
import { runStage } from '../stages/run.ts';
import type { Allocations } from './allocations.ts';
import { MESSAGES } from './one-cell.ts';
import { traceCell, whyNoTrace } from './trace.ts';

const platform = await loadPlatform();
const driver = await findDriver('kqueue');
const folder = mkdtempSync(join(tmpdir(), 'iolab-kqueue-'));
const double = join(folder, 'double.so');
const source = join(import.meta.dirname, 'kqueue-double.c');
const linux = process.platform === 'linux';

/** Why the double cannot be used here, or undefined where it was built. */
function build(): string | undefined {
  if (!linux) return 'this system may have a kqueue of its own';
  if (!compiler) return 'no C compiler';
  const flags = ['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC'];
  const { status, stderr } = spawnSync(compiler, [...flags, '-o', double, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the test double does not compile:\n${stderr}`);
  return undefined;
}

const none = build();
if (none) console.log(`kqueue is not driven here: ${none}`);
if (none && linux && process.env.IOLAB_REQUIRE?.split(',').includes('cc')) {
  throw new Error(`IOLAB_REQUIRE asks for a C compiler: ${none}`);
}

const before = process.env.IOLAB_LIBKQUEUE;
if (!none) process.env.IOLAB_LIBKQUEUE = double;
afterAll(() => {
  if (before === undefined) delete process.env.IOLAB_LIBKQUEUE;
  else process.env.IOLAB_LIBKQUEUE = before;
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => void vi.unstubAllEnvs());

describe('struct kevent', () => {
  it('has its fields where sys/event.h has them, and FreeBSD more behind them', () => {
    expect([KEVENT_IDENT, KEVENT_FILTER, KEVENT_FLAGS, KEVENT_DATA]).toEqual([0, 8, 10, 16]);
    expect(keventBytes('darwin')).toBe(32);
    expect(keventBytes('linux'), 'libkqueue takes what macOS has').toBe(32);
    expect(keventBytes('freebsd')).toBe(64);
  });
});

describe.runIf(linux)('without a kqueue', () => {
  let line: Line;
  beforeEach(() => {
    line = openFifo(platform);
  });
  afterEach(() => line.close());
  const probe = (path: string): Promise<Probe> => {
    vi.stubEnv('IOLAB_LIBKQUEUE', path);
    return driver.probe(contextFor(platform, line.target));
  };

  it('says that Linux has none, and which variable names a library', async () => {
    const answer = await probe('');
    expect(answer).toMatchObject({ ok: false, errno: 'ENOSYS' });
    if (!answer.ok) expect(answer.fix).toMatch(/IOLAB_LIBKQUEUE=.*or run it on macOS or FreeBSD/);
  });

  it('names the file that is not there or is no library', async () => {
    const text = join(folder, 'text.so');
    writeFileSync(text, 'no library');
    for (const path of [join(folder, 'missing.so'), text]) {
      const answer = await probe(path);
      expect(answer).toMatchObject({ ok: false });
      if (!answer.ok) expect(answer.reason).toContain(`IOLAB_LIBKQUEUE=${path} cannot be loaded`);
    }
  });

  it('tells a library without the two calls', async () => {
    const answer = await probe('libm.so.6');
    expect(answer).toMatchObject({
      ok: false,
      reason: 'IOLAB_LIBKQUEUE=libm.so.6 has no kqueue and kevent',
    });
  });

  it.skipIf(none !== undefined)('refuses a file: readiness says nothing about it', async () => {
    const file = openBlocks(1);
    const answer = await driver.probe(contextFor(platform, file.target));
    file.close();
    expect(answer).toMatchObject({ ok: false, reason: expect.stringContaining('always ready') });
  });
});

if (!none) {
  await driverConformance(driver);

  describe('kqueue over the test double', () => {
    it('changes its interest and waits in one call', async () => {
      const real = platform.kqueue();
      const changes: number[] = [];
      const counting = {
        ...platform,
        kqueue: () => ({
          ...real,
          kevent: (...args: Parameters<typeof real.kevent>) => {
            changes.push(args[2]);
            return real.kevent(...args);
          },
        }),
      };
      const line = openFifo(platform);
      const session = await Session.open(driver, counting, line.target, { depth: 1 });
      for (let i = 0; i < 3; i++) {
        line.send(Buffer.from('ab'));
        session.read(0, 8);
        expect((await session.one()).result).toBe(2);
      }
      await session.close();
      line.close();
      expect(changes, 'registered once, by a call of its own, and waited for').toEqual([
        1, 0, 0, 0,
      ]);
    });

    it('finishes an operation with the errno that an event carries', async () => {
      const real = platform.kqueue();
      const broken = {
        ...platform,
        kqueue: () => ({
          ...real,
          kevent: (...args: Parameters<typeof real.kevent>) => {
            const [kq, at, count, events, most, timeout] = args;
            if (most === 0) return real.kevent(kq, at, count, events, most, timeout);
            // EV_ERROR with ENODEV, as kevent puts it into the list of events.
            const event = memories.find(one => events >= one.address && events < one.address + 96)!;
            const view = new DataView(event.bytes.buffer, events - event.address);
            view.setUint16(KEVENT_FLAGS, 0x4000, true);
            view.setInt32(KEVENT_DATA, 19, true);
            return 1;
          },
        }),
      };
      const memories: ReturnType<typeof platform.memory>[] = [];
      const watched = {
        ...broken,
        memory: (length: number) => {
          const memory = platform.memory(length);
          memories.push(memory);
          return memory;
        },
      };
      const line = openFifo(platform);
      const session = await Session.open(driver, watched, line.target, { depth: 1 });
      session.read(0, 8);
      expect((await session.one()).result).toBe(-19);
      await session.close();
      line.close();
    });

    it('watches a thousand in the experiment scale, and finds the one each time', async () => {
      const { n } = await runStage(platform, 'scale', 'watch-kqueue', { descriptors: '1000' });
      expect(n).toBeGreaterThan(0);
    });

    const no_trace = whyNoTrace();
    it.skipIf(no_trace !== undefined)(
      'waits in kevent and reads, and does nothing else',
      async () => {
        const { calls } = await traceCell('kqueue');
        const others = [...calls.keys()].filter(
          name => !['read device', 'epoll_wait', 'epoll_ctl'].includes(name),
        );
        expect(others, 'the double is made of epoll').toEqual([]);
        expect(calls.get('read device')).toBeGreaterThanOrEqual(MESSAGES);
        expect(calls.get('epoll_wait')).toBeGreaterThanOrEqual(MESSAGES / 2);
        expect(calls.get('epoll_ctl')).toBeLessThan(MESSAGES / 5);
      },
    );

    for (const [device, count] of [
      ['fifo', '400000'],
      ['trickle', '400'],
    ] as const) {
      it(`allocates nothing per event on ${device}`, { timeout: 90_000 }, async () => {
        const program = join(import.meta.dirname, 'allocations.ts');
        const args = ['--expose-gc', program, 'kqueue', device, count];
        const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
        const { heap_bytes, collections } = JSON.parse(stdout) as Allocations;
        expect(collections).toBe(0);
        expect(heap_bytes).toBeLessThan(200_000);
      });
    }
  });
}
