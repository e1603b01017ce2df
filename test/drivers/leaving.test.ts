// Drivers that have help (a handler, a thread, a process) are left in the middle: closed while bytes
// come, and abandoned by a process that ends. Nothing may end the process before its time, nor keep it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { feed, openFifo } from '../conformance/lines.ts';

const program = join(import.meta.dirname, 'leaving.ts');
const LIMIT_MS = 20_000;
const FLOOD = 'exec 2>/dev/null; while :; do printf 12345678 >&3; done';

/** How the process ended, and what it said last. */
async function leave(id: string, how: 'closing' | 'exiting') {
  const line = openFifo(await loadPlatform());
  const feeder = how === 'closing' ? feed(line.fd, FLOOD) : undefined;
  const child = spawn(process.execPath, [program, id, line.target.path, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text;
  });
  try {
    const [code, signal] = await once(child, 'close');
    return { code, signal, said: said.trim() };
  } finally {
    feeder?.stop();
    line.close();
  }
}

describe.runIf(process.platform === 'linux')('left in the middle', () => {
  for (const id of ['sigio', 'thread-pool']) {
    it(`${id} closes 200 times while bytes come, and no late signal ends the process`, async () => {
      const { code, signal, said } = await leave(id, 'closing');
      expect([code, signal]).toEqual([0, null]);
      expect(Number(said), 'each time a read brought bytes').toBeGreaterThanOrEqual(200);
    });

    it(`${id} does not keep a process that ends with a read in flight`, async () => {
      expect(await leave(id, 'exiting')).toEqual({ code: 7, signal: null, said: 'leaving' });
    });
  }
});
