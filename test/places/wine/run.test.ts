// `iolab run … --in wine` as a user drives it: the same experiments on Node for Windows, records that say
// where they come from, and nothing of Wine left. How fast a run ends stands in ends.test.ts.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaints, iolab, recordsIn, temporaryFolder } from '../../helpers/cli.ts';
import { whereWine } from '../../helpers/wine.ts';
import { MARK, nothingLeft, READ } from './left.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: processes are counted in /proc, which only Linux has');

/** A run of a few cells; each starts Node anew, which costs a second under Wine and more on a busy machine. */
const LIMIT = { timeout: 240_000 };
const limit_ms = 200_000;

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
});
