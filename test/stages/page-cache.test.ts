// The page cache by its counts: who calls, who faults, what is fetched unasked, what is refused. How long it
// takes is not asked.
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { fetchedBytes } from '../../lab/measure/process-io.ts';
import type { LabRun } from '../../lab/records/schema.ts';
import { findStage, stageIds } from '../../lab/stages/find.ts';
import type { StageResult } from '../../lab/stages/stage.ts';
import { type Blocks, openBlocks } from '../conformance/lines.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';
import { makeTree } from '../measure/tree.ts';
import { held, stageContext } from './run.ts';

const EXPERIMENT = 'page-cache';
const FILE_BLOCKS = 4096;
const BLOCKS = 128;
const BLOCK_BYTES = 4096;
const TMPFS_MAGIC = 0x01021994;
const platform = await loadPlatform();
const home = temporaryFolder();

let file: Blocks;
beforeAll(() => {
  file = openBlocks(FILE_BLOCKS);
});
afterAll(() => file.close());

async function read(
  id: string,
  pattern: string,
  cache = 'warm',
  more: Record<string, string> = {},
  target = file.target,
): Promise<StageResult> {
  const stage = await findStage(EXPERIMENT, id);
  const context = stageContext(platform, { pattern, cache, blocks: String(BLOCKS), ...more });
  return stage.run({ ...context, target });
}

const why = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux') return 'the page cache is emptied of one file on Linux only';
  file = openBlocks(FILE_BLOCKS);
  const tried = await read('read-cached', 'random', 'cold').catch((error: Error) => error);
  file.close();
  return tried instanceof Unsupported ? tried.message : undefined;
};
const no_cold = await why();
if (no_cold) console.log(`a cold cache is left out: ${no_cold}`);
const uncounted = fetchedBytes() === undefined;
if (uncounted) console.log('fetched bytes are not asserted: this kernel counts none');

describe.runIf(process.platform === 'linux')('reads', () => {
  for (const id of stageIds(EXPERIMENT)) {
    for (const pattern of ['sequential', 'random']) {
      it(`${id} returns every block asked for, ${pattern}, and leaves nothing open`, async context => {
        const before = held();
        const result = await read(id, pattern).catch((error: Error) => error);
        if (result instanceof Unsupported) return context.skip(result.message);
        if (result instanceof Error) throw result;
        const { n, series, totals } = result;
        expect([n, series!.latency_ns!.length]).toEqual([BLOCKS, BLOCKS]);
        const calls = ['read-cached', 'read-direct'].includes(id) ? 1 : 0;
        expect(totals.syscalls_per_op).toBe(calls);
        const refused = id === 'read-direct' ? 3 : 0;
        expect(totals.refused, 'misaligned reads that ended with EINVAL').toBe(refused);
        expect(held().descriptors).toBe(before.descriptors);
      });
    }
  }

  it('a block that is another one is found out', async () => {
    const { target, close } = openBlocks(1024);
    const fd = openSync(target.path, 'r+');
    for (let block = 0; block < 1024; block++) {
      writeSync(fd, new Uint32Array([block + 1]), 0, 4, block * BLOCK_BYTES);
    }
    closeSync(fd);
    await expect(read('read-cached', 'random', 'warm', {}, target)).rejects.toThrow(
      /read of block (\d+) returned block \d+/,
    );
    close();
  });

  it('says no to more blocks than half the file has', async () => {
    const many = read('read-cached', 'random', 'warm', { blocks: String(FILE_BLOCKS) });
    await expect(many).rejects.toThrow(/no 8192 blocks.*fewer --samples/);
  });

  it('a file in memory has no cold cache, and that is said', async context => {
    if (!existsSync('/dev/shm') || statfsSync('/dev/shm').type !== TMPFS_MAGIC) {
      return context.skip('no tmpfs at /dev/shm');
    }
    const folder = mkdtempSync('/dev/shm/iolab-page-cache-');
    const path = join(folder, 'blocks');
    const words = new Uint32Array((FILE_BLOCKS * BLOCK_BYTES) / 4);
    for (let i = 0; i < words.length; i++) words[i] = Math.floor((i * 4) / BLOCK_BYTES);
    try {
      writeFileSync(path, words, { mode: 0o600 });
      const target = { ...file.target, path };
      await expect(read('read-cached', 'random', 'cold', {}, target)).rejects.toThrow(
        /keeps 100 % of the file in memory.*no cold cache/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(no_cold !== undefined || uncounted)('what is fetched', () => {
  const fetched = async (...args: Parameters<typeof read>) =>
    (await read(...args)).totals.fetched_bytes_per_op!;

  it('is nothing where all of it is in the cache', async () => {
    for (const id of ['read-cached', 'read-mapped']) {
      expect(await fetched(id, 'random', 'warm'), id).toBe(0);
    }
  });

  it('is exactly what was asked for past the cache, whatever the cache holds', async context => {
    if (!file.target.direct) return context.skip('no O_DIRECT here');
    for (const pattern of ['sequential', 'random']) {
      expect(await fetched('read-direct', pattern)).toBe(BLOCK_BYTES);
    }
  });

  it('is a stretch around each block where a mapping is read at random, until the kernel is told', async () => {
    const untold = await fetched('read-mapped', 'random', 'cold');
    const told = await fetched('read-mapped', 'random', 'cold', { advice: 'random' });
    expect(untold, 'a fault reads around').toBeGreaterThan(2 * told);
    expect(told).toBeGreaterThanOrEqual(BLOCK_BYTES);
  });

  it('comes in fewer reads of the disk where blocks are read in order', async context => {
    const reads = async (id: string) =>
      (await read(id, 'sequential', 'cold')).totals.disk_reads_per_op;
    // Others use the disk, too: their reads can only add, so the least of a few tries counts.
    const tries = [
      await reads('read-cached'),
      await reads('read-cached'),
      await reads('read-cached'),
    ].filter(one => one !== undefined);
    if (tries.length === 0) return context.skip('nobody counts this disk’s reads');
    expect(Math.min(...tries), 'read-ahead').toBeLessThan(0.5);
    if (!file.target.direct) return;
    expect(await reads('read-direct'), 'one by one').toBeGreaterThanOrEqual(1);
  });

  it('begins with nothing in the cache where that was asked for, and with everything otherwise', async () => {
    expect((await read('read-cached', 'random', 'cold')).totals.resident_share).toBeLessThan(0.05);
    expect((await read('read-cached', 'random', 'warm')).totals.resident_share).toBe(1);
  });
});

describe('bytes that a process has fetched', () => {
  it('are what the kernel says, or unknown', () => {
    const line = 'rchar: 6976\nsyscr: 10\nread_bytes: 81920\nwrite_bytes: 0\n';
    expect(fetchedBytes(makeTree({ 'proc/self/io': line }))).toBe(81920);
    expect(fetchedBytes(makeTree({ 'proc/self/io': 'read_bytes: many\n' }))).toBeUndefined();
    expect(fetchedBytes(makeTree({ 'proc/self/else': '' }))).toBeUndefined();
  });
});

describe('iolab run page-cache', () => {
  it('takes the pattern and the cache that were asked for, and only the lab’s own file', async () => {
    const args = ['run', EXPERIMENT, '--rounds', '1', '--samples', '64', '--json'];
    const set = ['--set', 'pattern=random,cache=warm,bytes=4194304'];
    const { code, out, err } = await iolab([...args, ...set, '--driver', 'read-cached'], { home });
    expect(code, err).toBe(0);
    const { records } = JSON.parse(out) as LabRun;
    expect(records.map(one => one.parameters)).toEqual([{ pattern: 'random', cache: 'warm' }]);
    expect(records[0]!.metrics).toMatchObject({
      refused: { value: 0 },
      syscalls_per_op: { value: 1 },
    });
    const refused = await iolab([...args, '--device', 'null'], { home });
    expect(refused.code).toBe(3);
    expect(refused.err).toContain('empties the page cache of the lab’s own file');
  });
});
