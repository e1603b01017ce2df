// Drivers that have help (a handler, a thread, a process) are left in the middle: closed while bytes
// come, and abandoned by a process that ends or is killed. Nothing may end the process before its time,
// nor keep it, nor outlive it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { isAlive } from '../conformance/devices.ts';
import { openFifo } from '../conformance/lines.ts';
import { until } from '../helpers/processes.ts';

const program = join(import.meta.dirname, 'leaving.ts');
const LIMIT_MS = 20_000;
const FLOOD = [{ flood: '12345678' }];

interface Left {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line that the process said, read. */
  readonly said: unknown;
}

/** Start the process, kill it where it stays, and tell how it ended. */
async function leave(id: string, how: 'closing' | 'exiting' | 'waiting'): Promise<Left> {
  const line = openFifo(await loadPlatform());
  const feeder = how === 'closing' ? line.feed(FLOOD) : undefined;
  const child = spawn(process.execPath, [program, id, line.target.path, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGTERM',
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text;
    if (how === 'waiting') child.kill('SIGKILL');
  });
  try {
    const [code, signal] = await once(child, 'close');
    return { code, signal, said: said === '' ? undefined : JSON.parse(said) };
  } finally {
    feeder?.stop();
    line.close();
  }
}

describe.runIf(process.platform === 'linux')('left in the middle', () => {
  for (const id of ['sigio', 'thread-pool', 'thread-per-device', 'process']) {
    it(`${id} closes 200 times while bytes come, and no late signal ends the process`, async () => {
      const { code, signal, said } = await leave(id, 'closing');
      expect([code, signal]).toEqual([0, null]);
      expect(said, 'each time a read brought bytes').toBeGreaterThanOrEqual(200);
    });

    it(`${id} does not keep a process that ends with a read in flight`, async () => {
      expect(await leave(id, 'exiting')).toMatchObject({ code: 7, signal: null });
    });
  }

  it('process leaves no process behind when its own is killed', async () => {
    const { signal, said } = await leave('process', 'waiting');
    expect(signal).toBe('SIGKILL');
    expect(said, 'one flow, one process').toHaveLength(1);
    for (const pid of said as number[]) await until(`the end of ${pid}`, () => !isAlive(pid));
  });

  it('process leaves no process behind when its own ends without closing', async () => {
    const { said } = await leave('process', 'exiting');
    expect(said).toHaveLength(1);
    for (const pid of said as number[]) await until(`the end of ${pid}`, () => !isAlive(pid));
  });
});
