// The queue of real-time signals overflows: the kernel then sends a plain SIGIO, once, and the driver
// has to look at the device itself. Staged in a process of its own with a queue of length 0.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SIGIO } from '../../lab/ffi/linux/constants.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { openFifo } from '../conformance/lines.ts';

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
