// `iolab run … --in wine` as a user drives it: the same experiments on Node for Windows, records that say
// where they come from, and nothing of Wine left, however the run ends.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  complaints,
  iolab,
  midRun,
  recordsIn,
  start,
  temporaryFolder,
  workspacesIn,
} from '../../helpers/cli.ts';
import { processesOf, until } from '../../helpers/processes.ts';
import { whereWine } from '../../helpers/wine.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: processes are counted in /proc, which only Linux has');

/** A run of a few cells; each starts Node anew, which costs a second under Wine and more on a busy machine. */
const LIMIT = { timeout: 240_000 };
const limit_ms = 200_000;
/** Passed on to all that Wine starts. */
const MARK = 'IOLAB_TEST_OF';
const PROMISE_MS = 1000;
const GONE_MS = 5000;
const SMALL = ['--set', 'bytes=1048576', '--samples', '200', '--depth', '8'];
const READ = ['run', 'disk-read', '--in', 'wine', '--driver', 'iocp', ...SMALL];

/** What Wine runs for this home: programs, services, its server. They inherit the variable. */
const underWine = (home: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => environmentOf(pid).includes(`\0${MARK}=${home}\0`))
    .filter(pid => environmentOf(pid).includes('\0WINEPREFIX='))
    .map(Number);

function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    // It ended while we looked, or is not ours to look at.
    return '';
  }
}

async function nothingLeft(home: string): Promise<void> {
  await until('the end of everything under Wine', () => underWine(home).length === 0, GONE_MS);
  await until('the end of every process', () => processesOf(home).length === 0, GONE_MS);
  expect(workspacesIn(home), 'the run’s folder is gone').toEqual([]);
}

describe.runIf(linux)('without the bench', () => {
  it('a run in wine is exit 3 with one line that says how to get it', async () => {
    const home = temporaryFolder();
    const benches = join(home, 'none');
    mkdirSync(benches);
    const { code, err, out } = await iolab(READ, { home, env: { IOLAB_BENCHES: benches } });
    expect([code, out]).toEqual([3, '']);
    expect(complaints(err)).toHaveLength(1);
    expect(complaints(err)[0]).toContain('iolab bench install wine');
  });
});

describe.runIf(linux && whereWine())('a run in wine', () => {
  it('measures a file, and its records say what they are', LIMIT, async () => {
    const home = temporaryFolder();
    const { code, out, err } = await iolab([...READ, '--rounds', '1', '--json'], {
      home,
      env: { [MARK]: home },
    });
    expect([code, complaints(err)]).toEqual([0, []]);
    const { records } = JSON.parse(out) as { records: ReturnType<typeof recordsIn> };
    expect(records).toHaveLength(1);
    const [record] = records;
    expect(record).toMatchObject({
      status: 'ok',
      place: 'wine',
      device: 'file',
      driver: 'iocp',
      evidence: { device: 'simulated' },
      host: { os: 'win32' },
    });
    expect(record!.notes?.join(' '), 'nobody may take these times for those of Windows').toContain(
      'never those of Windows',
    );
    expect(record!.host.audit.wine).toMatch(/^wine-/);
    expect(
      recordsIn(home).map(({ id }) => id),
      'kept among the host’s own',
    ).toEqual([record!.id]);
    await nothingLeft(home);
  });

  it('measures wake-ups by a named pipe and a socket', LIMIT, async () => {
    const home = temporaryFolder();
    const words = ['run', 'wakeup', '--in', 'wine', '--device', 'fifo,socket', '--rounds', '1'];
    const some = ['--driver', 'overlapped-event', '--rate', '200', '--samples', '40', '--json'];
    const { code, out } = await iolab([...words, ...some], {
      home,
      env: { [MARK]: home },
      limit_ms,
    });
    expect(code).toBe(0);
    const { records } = JSON.parse(out) as { records: ReturnType<typeof recordsIn> };
    expect(records.map(({ device, status }) => [device, status])).toEqual([
      ['fifo', 'ok'],
      ['socket', 'ok'],
    ]);
    for (const { metrics } of records) expect(metrics.lost_messages).toMatchObject({ value: 0 });
    await nothingLeft(home);
  });

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
