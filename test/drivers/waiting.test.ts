// What single ways of waiting promise beyond the common suite: parameters that mean something,
// spinning that learns, descriptors above 1024, and signals that leave no trace.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockingEngine } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { Unsupported } from '../../lab/errors.ts';
import { EAGAIN } from '../../lab/ffi/linux/constants.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { type Line, openFifo } from '../conformance/lines.ts';
import { contextFor, Session } from '../conformance/session.ts';

const platform = await loadPlatform();
const linux = process.platform === 'linux';
let line: Line;
beforeEach(() => {
  line = openFifo(platform);
});
afterEach(() => line.close());

const open = async (id: string, parameters: Record<string, string> = {}, on = platform) =>
  Session.open(await findDriver(id), on, line.target, { depth: 1, parameters });

/** Counters of a wait of 100 ms in which nothing comes. */
async function idle(id: string, parameters: Record<string, string>) {
  const session = await open(id, parameters);
  session.read(0, 8);
  expect(await session.wait(1, platform.now() + 100e6)).toEqual([]);
  const { counters } = session.engine as BlockingEngine;
  await session.close();
  return counters;
}

describe('parameters', () => {
  it('a longer pause asks less often, and never more often than the pause allows', async () => {
    const [often, seldom] = [
      await idle('paced-poll', { pause_us: '500' }),
      await idle('paced-poll', { pause_us: '20000' }),
    ];
    expect(seldom.polls, 'five pauses, and a question at either end').toBeLessThanOrEqual(7);
    expect(often.polls).toBeLessThanOrEqual(202);
    expect(often.polls, 'many small pauses fit').toBeGreaterThan(seldom.polls);
  });

  it('spin_us=0 asks once before it sleeps, a longer spin many times', async () => {
    const none = await idle('hybrid', { spin_us: '0' });
    const long = await idle('hybrid', { spin_us: '20000' });
    expect(none.polls).toBeLessThanOrEqual(3);
    expect(long.polls).toBeGreaterThan(10 * none.polls);
  });

  for (const [id, name] of [
    ['paced-poll', 'pause_us'],
    ['hybrid', 'spin_us'],
  ] as const) {
    for (const value of ['soon', '-1', '1e9', 'NaN']) {
      it(`${id} refuses ${name}=${value} and says what to give`, async () => {
        const error = await open(id, { [name]: value }).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(Unsupported);
        expect((error as Unsupported).message).toContain(`${name}=${value}`);
        expect((error as Unsupported).fix).toMatch(/from 0 to \d+/);
      });
    }
  }
});

describe('hybrid', () => {
  /** A device on a clock of its own: bytes come `gap_ns` after the last ones were taken. */
  function scripted() {
    const state = { now_ns: 1e9, due_ns: 0, sleeps: 0, asks: 0 };
    const fake: Platform = {
      ...platform,
      now: () => state.now_ns,
      stamp: (into, at) => {
        into[at] = state.now_ns;
      },
      errno: () => EAGAIN,
      posix: {
        ...platform.posix,
        read: () => {
          state.asks++;
          state.now_ns += 500;
          return state.now_ns >= state.due_ns ? 8 : -1;
        },
        poll: () => {
          state.sleeps++;
          state.now_ns = Math.max(state.now_ns, state.due_ns);
          return 1;
        },
      },
    };
    return { state, fake };
  }

  it('learns to spin for waits within reach, and to leave it for long ones', async () => {
    const { state, fake } = scripted();
    const engine = (await (
      await findDriver('hybrid')
    ).open(contextFor(fake, line.target, { depth: 1 }))) as BlockingEngine;
    const waitFor = (gap_ns: number) => {
      Object.assign(state, { due_ns: state.now_ns + gap_ns, sleeps: 0, asks: 0 });
      engine.submit(new Uint32Array([0]), 1);
      expect(engine.wait(1, Number.POSITIVE_INFINITY)).toBe(1);
      return { sleeps: state.sleeps, asks: state.asks };
    };
    const first = Array.from({ length: 10 }, () => waitFor(50_000).sleeps);
    expect(first[0], 'the first spin is short').toBe(1);
    expect(first.slice(5), 'a few waits later it spins long enough').toEqual([0, 0, 0, 0, 0]);
    const long = Array.from({ length: 10 }, () => waitFor(10_000_000));
    expect(
      long.map(({ sleeps }) => sleeps),
      'a long wait always sleeps',
    ).toEqual(Array.from({ length: 10 }, () => 1));
    expect(long.at(-1)!.asks, 'and in the end spins no more: before and after the sleep').toBe(2);
    const again = Array.from({ length: 10 }, () => waitFor(50_000).sleeps);
    expect(again.at(-1), 'it learns again').toBe(0);
    engine.close();
  });
});

describe.runIf(linux)('select', () => {
  it('reaches beyond 1024 descriptors with its own set', async context => {
    const held: number[] = [];
    try {
      while ((held.at(-1) ?? 0) < 1100) held.push(openSync('/dev/null', 'r'));
    } catch (error) {
      for (const fd of held) closeSync(fd);
      context.skip(`the descriptor limit is lower than 1100: ${(error as Error).message}`);
    }
    const session = await open('select');
    try {
      const fd = readdirSync('/proc/self/fd').find(
        name => Number(name) > 1024 && readlink(name) === line.target.path,
      );
      expect(fd, 'the driver’s descriptor is above the usual limit').toBeDefined();
      session.read(0, 8);
      expect(await session.wait(1, platform.now() + 5e6), 'it waits for that bit').toEqual([]);
      line.send(Buffer.from('far'));
      expect((await session.one()).result).toBe(3);
    } finally {
      await session.close();
      for (const fd of held) closeSync(fd);
    }
  });

  const readlink = (name: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // Closed since it was listed: the listing's own.
      return '';
    }
  };
});

/** The calling thread's blocked and pending signals, as proc(5) shows them. */
function signals(): Record<string, string> {
  const status = readFileSync('/proc/thread-self/status', 'latin1');
  return Object.fromEntries(
    [...status.matchAll(/^(SigBlk|SigPnd):\s+(\w+)$/gm)].map(([, name, mask]) => [name, mask]),
  );
}

describe.runIf(linux).each(['sigwaitinfo', 'signalfd'])('%s', id => {
  it('blocks its signals while it is open, and leaves none blocked or pending', async () => {
    const before = signals();
    const session = await open(id);
    expect(signals().SigBlk, 'SIGIO and a real-time signal').not.toBe(before.SigBlk);
    for (let i = 0; i < 10; i++) line.send(Buffer.from('unread'));
    expect(signals().SigPnd, 'each message sent a signal').not.toBe(before.SigPnd);
    await session.close();
    expect(signals()).toEqual(before);
  });

  it('refuses a second device on the same thread, and serves it once the first is closed', async () => {
    const first = await open(id);
    const error = await open(id).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unsupported);
    line.send(Buffer.from('ab'));
    first.read(0, 8);
    expect((await first.one()).result, 'the first one goes on').toBe(2);
    await first.close();
    const second = await open(id);
    await second.close();
  });
});
