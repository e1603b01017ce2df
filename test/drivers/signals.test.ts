// The queue of real-time signals overflows: the kernel then sends a plain SIGIO, once, and the driver
// has to look at the device itself. Staged in a process of its own with a queue of length 0.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../lab/drivers/find.ts';
import { SIGIO } from '../../lab/ffi/linux/constants.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { openFifo, openTerminal } from '../conformance/lines.ts';
import { Session } from '../conformance/session.ts';

const program = join(import.meta.dirname, 'overflow.ts');
const COUNT = 60;

async function overflowed(id: string): Promise<{ got: number[]; taken: number[] }> {
  const line = openFifo(await loadPlatform());
  const child = spawn(process.execPath, [program, id, line.target.path, String(COUNT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  let last = '';
  lines.on('line', text => {
    last = text;
  });
  try {
    await once(lines, 'line');
    for (let i = 0; i < COUNT; i++) {
      line.send(Uint8Array.of(i));
      // Singly and in bursts: one signal may stand for several messages.
      if (i % 7 < 4) await sleep(2);
    }
    const [code, signal] = await closed;
    expect([code, signal], `${id} ends by itself; SIGIO not taken would have killed it`).toEqual([
      0,
      null,
    ]);
    return JSON.parse(last) as { got: number[]; taken: number[] };
  } finally {
    child.kill('SIGKILL');
    line.close();
  }
}

describe.runIf(process.platform === 'linux')('where the signal queue is full', () => {
  const all = Array.from({ length: COUNT }, (_, i) => i);

  it('sigwaitinfo takes SIGIO for "look", and loses no message', async () => {
    const { got, taken } = await overflowed('sigwaitinfo');
    expect(got).toEqual(all);
    expect(taken, 'nothing but SIGIO arrived, or this test shows nothing').toEqual([SIGIO]);
  });

  it('signalfd loses no message', async () => {
    const { got } = await overflowed('signalfd');
    expect(got).toEqual(all);
  });
});

// The kernel announces the end of a pipe like data, and the hang-up of a terminal to nobody: its
// readers are woken, its signals are taken away (drivers/tty/tty_io.c, __tty_hangup).
describe.runIf(process.platform === 'linux')('where the line ends while sigio waits', () => {
  const endOf = async (openLine: typeof openFifo) => {
    const platform = await loadPlatform();
    const line = openLine(platform);
    const session = await Session.open(await findDriver('sigio'), platform, line.target);
    try {
      session.read(0, 8);
      const waiting = session.wait(1, platform.now() + 400e6);
      setTimeout(() => line.hangUp(), 20);
      const announced = (await waiting).map(one => one.result);
      const later = await session.wait(1, platform.now() + 400e6);
      return { announced, later: later.map(one => one.result <= 0) };
    } finally {
      await session.close();
      line.close();
    }
  };

  it('hears of the end of a pipe', async () => {
    expect((await endOf(openFifo)).announced).toEqual([0]);
  });

  it('hears nothing of the hang-up of a terminal, and finds it when it looks', async () => {
    expect(await endOf(openTerminal)).toEqual({ announced: [], later: [true] });
  });
});
