// What a flow costs: orders between the kinds, which hold on any machine; all that was made is ended;
// and a system that makes no more is a clear answer, after which nothing is left.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { SystemCallError, Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { stageIds } from '../../lab/stages/find.ts';
import { noMore } from '../../lab/stages/spawn-cost/parts/processes.ts';
import { descendants } from '../conformance/devices.ts';
import { onRetry } from '../helpers/measured.ts';
import { held, runStage } from './run.ts';

const platform = await loadPlatform();
const run = (id: string, count: number) =>
  runStage(platform, 'spawn-cost', id, { count: String(count) });

/** Made at once in these tests: as many as are quick. */
const COUNTS: Readonly<Record<string, number>> = {
  'process-small': 30,
  'process-node': 2,
  'thread-posix': 500,
  'thread-worker': 4,
  coroutine: 5000,
};

beforeAll(() => {
  // A cell is started with this; here it is turned on late.
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;
});

describe.skipIf(process.platform !== 'linux')('what a flow costs', () => {
  const cost = new Map<string, { create_ns: number; bytes: number }>();
  const measure = async (id: string) => {
    const result = await run(id, COUNTS[id]!);
    const { create_ns_per_op, bytes_per_op } = result.totals;
    cost.set(id, { create_ns: create_ns_per_op!, bytes: bytes_per_op! });
    return result;
  };

  for (const id of stageIds('spawn-cost')) {
    it(`${id} makes as many as it was told, and ends them`, async () => {
      const count = COUNTS[id]!;
      // The first worker leaves a thread of Node's own.
      await run(id, 1);
      const before = { ...held(), children: descendants(process.pid) };
      const { n, series, totals } = await measure(id);
      expect({ ...held(), children: descendants(process.pid) }).toEqual(before);
      expect([n, series?.latency_ns?.length]).toEqual([count, count]);
      expect(totals.memory_bytes).toBeGreaterThan(0);
    });
  }

  describe('beside each other', () => {
    // Not the numbers that the test has failed on.
    onRetry(async () => {
      for (const id of stageIds('spawn-cost')) await measure(id);
    });

    it('rises from coroutine to thread to process to a process of Node', () => {
      const order = ['coroutine', 'thread-posix', 'process-small', 'process-node'];
      const times = order.map(id => cost.get(id)!.create_ns);
      const bytes = order.map(id => cost.get(id)!.bytes);
      expect(times, order.join()).toEqual(times.toSorted((one, other) => one - other));
      expect(bytes, order.join()).toEqual(bytes.toSorted((one, other) => one - other));
      const { create_ns } = cost.get('thread-worker')!;
      expect(create_ns / cost.get('thread-posix')!.create_ns, 'a worker’s engine').toBeGreaterThan(
        20,
      );
    });
  });
});

describe.skipIf(process.platform !== 'linux')('a system that makes no more', () => {
  it('is unsupported with its reason and the way out, and nothing is left of those made', async () => {
    const before = held();
    let made = 0;
    const linux = {
      ...platform.linux!,
      pthread_create: (...all: Parameters<NonNullable<typeof platform.linux>['pthread_create']>) =>
        ++made > 5 ? 11 : platform.linux!.pthread_create(...all),
    };
    const answer = await runStage({ ...platform, linux }, 'spawn-cost', 'thread-posix', {
      count: '50',
    }).catch((error: Error) => error);
    expect(answer).toBeInstanceOf(Unsupported);
    // Two were made in the rehearsal.
    expect(answer).toMatchObject({
      reason: expect.stringMatching(/no more after 3 \(pthread_create: EAGAIN/),
      fix: expect.stringMatching(/ulimit -u.*pids\.max.*--set count=N/),
      errno: 'EAGAIN',
    });
    expect(held()).toEqual(before);
  });

  it('is told from a call that fails for another reason', () => {
    expect(noMore('posix_spawn', 0, 'ENOENT')).toBeInstanceOf(SystemCallError);
    expect(noMore('posix_spawn', 3, 'ENOMEM')).toBeInstanceOf(Unsupported);
  });

  it('reads what a process’ memory is from the kernel', () => {
    const text = readFileSync('/proc/self/smaps_rollup', 'latin1');
    expect(text).toMatch(/^Pss:\s+\d+ kB$/m);
  });
});
