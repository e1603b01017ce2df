// What only Windows itself can show, demanded there: the limit of a port holds, the thread that slept last
// is released first, closing a port ends its waits, registered I/O is there. And the same suites as under
// Wine, without Wine.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../../lab/drivers/find.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import { contextFor } from '../../conformance/session.ts';
import { openTcp } from '../../conformance/windows-lines.ts';
import { root } from '../../helpers/cli.ts';
import type { Told } from '../../stages/inside-wine.ts';
import { judge } from '../wine/judge.ts';

const windows = process.platform === 'win32';
if (!windows) console.warn('skipped: these need Windows itself; CI runs them on a Windows runner');

const LIMIT_MS = 240_000;
const WORKERS = 3;
const LIMIT = 1;
const pool = { workers: WORKERS, limit: LIMIT, packets: 24, work_ms: 5 };
const DEPTHS = ['1', '8', '32', '128'];

function run(file: string, ...args: readonly string[]) {
  const path = join(root, file);
  const options = { encoding: 'utf8', timeout: LIMIT_MS } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', path, ...args], {
    ...options,
  });
  return { code: status ?? 70, stdout, stderr };
}

/** What a stage of `worker-pool` counted. */
function counted(stage: string): Readonly<Record<string, number>> {
  const texts = Object.entries(pool).map(([key, value]) => [key, String(value)]);
  const asked = { experiment: 'worker-pool', stage, parameters: Object.fromEntries(texts) };
  const { stdout, stderr } = run('test/stages/inside-wine.ts', JSON.stringify(asked));
  const told = JSON.parse(stdout.trim() || '{}') as Told;
  if (!('totals' in told)) throw new Error(`${stage}: ${JSON.stringify(told)} ${stderr}`);
  return told.totals;
}

describe.runIf(windows)('Windows itself', { timeout: LIMIT_MS }, () => {
  it('lets no more threads run than the limit of a port says', () => {
    const { served, most_at_once } = counted('pool-spin');
    expect(served).toBe(pool.packets);
    expect(most_at_once).toBeLessThanOrEqual(LIMIT);
  });

  it('releases the thread that went to sleep last', () => {
    const { last_share, first_share } = counted('pool-release');
    expect(last_share).toBeGreaterThan(first_share!);
  });

  it('ends every wait at a port that is closed', () => {
    expect(counted('pool-closed')).toMatchObject({ woken: WORKERS, slept_on: 0 });
  });

  it('has registered I/O', async () => {
    const platform = await loadPlatform();
    const line = openTcp(platform);
    try {
      const context = contextFor(platform, line.target, { depth: 1 });
      expect(await (await findDriver('rio')).probe(context)).toEqual({ ok: true });
    } finally {
      line.close();
    }
  });

  it('names every error that it can provoke', () => {
    const { passed } = judge(run('test/places/wine/inside/errors.ts'));
    expect(passed.length).toBe(9);
  });

  it('keeps order, bytes, keys and pointers', () => {
    const { passed } = judge(run('test/places/wine/inside/operations.ts', '25000', ...DEPTHS));
    expect(passed.length).toBe(3 * DEPTHS.length);
  });
});
