// A run in Wine ends when it is told to, within a second and with nothing left behind, whichever way. Nothing
// runs beside this file, because that second is measured.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { midRun, recordsIn, start, temporaryFolder } from '../../helpers/cli.ts';
import { processesOf, until } from '../../helpers/processes.ts';
import { whereWine } from '../../helpers/wine.ts';
import { environmentOf, GONE_MS, MARK, nothingLeft, READ, underWine } from './left.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: processes are counted in /proc, which only Linux has');

/** A run of a few cells; each starts Node anew, which costs a second under Wine and more on a busy machine. */
const LIMIT = { timeout: 240_000 };
const limit_ms = 200_000;
const PROMISE_MS = 1000;

describe.runIf(linux && whereWine())('a run in wine', () => {
  it('ends within a second of Ctrl-C and keeps what was measured', LIMIT, async () => {
    const home = temporaryFolder();
    const running = start([...READ, '--rounds', '50'], { home, env: { [MARK]: home }, limit_ms });
    await midRun(home, limit_ms);
    const sent_ms = performance.now();
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    expect(performance.now() - sent_ms, 'end after SIGINT, in milliseconds').toBeLessThan(
      PROMISE_MS,
    );
    expect(underWine(home), 'gone when the command is').toEqual([]);
    expect(code).toBe(130);
    const [record] = recordsIn(home);
    expect(record).toMatchObject({ status: 'partial', place: 'wine' });
    await nothingLeft(home);
  });

  it('leaves nothing when the lab is killed', LIMIT, async () => {
    const home = temporaryFolder();
    const running = start([...READ, '--rounds', '50'], {
      home,
      starter: 'pinned',
      env: { [MARK]: home },
    });
    await midRun(home, limit_ms);
    const mine = underWine(home);
    expect(mine.length, 'Wine runs').toBeGreaterThan(2);
    const folder = /\0WINEPREFIX=([^\0]+)\0/.exec(environmentOf(String(mine[0])))?.[1];
    expect(existsSync(folder!), 'its prefix').toBe(true);
    process.kill(running.pid, 'SIGKILL');
    await running.ended;
    await until('the end of everything under Wine', () => underWine(home).length === 0, GONE_MS);
    await until('the end of every process', () => processesOf(home).length === 0, GONE_MS);
    expect(existsSync(folder!), 'the session’s folder is gone, too').toBe(false);
  });
});
