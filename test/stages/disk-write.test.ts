// Durable writes on the lab's own file: how often each form calls, that the disk was really told to make it
// safe, and that a write which went elsewhere or nowhere is found out.
import { constants, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { blockDeviceOf } from '../../lab/measure/block-device.ts';
import { diskCounter } from '../../lab/measure/disk-counts.ts';
import type { LabRun, Total } from '../../lab/records/schema.ts';
import { synchronousWriter } from '../../lab/stages/disk-write/parts/synchronous.ts';
import { type Batch, measureWrites } from '../../lab/stages/disk-write/parts/writes.ts';
import { findStage, stageIds } from '../../lab/stages/find.ts';
import type { StageContext } from '../../lab/stages/stage.ts';
import { type Blocks, openBlocks } from '../conformance/lines.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';
import { held, stageContext } from './run.ts';

const EXPERIMENT = 'disk-write';
const COMMITS = 5;
const TMPFS_MAGIC = 0x01021994;
const platform = await loadPlatform();
const home = temporaryFolder();

let scratch: Blocks;
beforeEach(() => {
  scratch = openBlocks(128, true);
});
afterEach(() => scratch.close());

const contextOf = (records: number, more: Partial<StageContext> = {}): StageContext => ({
  ...stageContext(platform, { records: String(records), commits: String(COMMITS) }),
  target: scratch.target,
  ...more,
});

/** Calls per commit of n blocks. */
const calls: Readonly<Record<string, ((n: number) => number) | undefined>> = {
  'write-buffered': n => n,
  'write-direct': n => n,
  'write-fsync': n => n + 1,
  'write-fdatasync': n => n + 1,
  'write-dsync': n => n,
  'write-linked': () => 1,
  // Threads of the C library make them.
  'write-aio': undefined,
};
/** Emptyings of the disk's cache per commit, at least. */
const flushes: Readonly<Record<string, (n: number) => number>> = {
  'write-fsync': () => 1,
  'write-fdatasync': () => 1,
  'write-dsync': n => n,
  'write-linked': () => 1,
  'write-aio': () => 1,
};

const cached = blockDeviceOf(tmpdir())?.write_cache === 'write back';
const counted = cached && diskCounter(tmpdir())?.()?.flushes !== undefined;
if (!counted)
  console.log('flushes are not asserted: this disk has no cache, or nobody counts them');

describe.runIf(process.platform === 'linux')('durable writes', () => {
  for (const id of stageIds(EXPERIMENT)) {
    for (const records of [1, 6]) {
      it(`${id} calls as often as it says for ${records}, and the file holds it all`, async context => {
        const before = held();
        const stage = await findStage(EXPERIMENT, id);
        const result = await Promise.resolve()
          .then(() => stage.run(contextOf(records)))
          .catch((error: Error) => error);
        if (result instanceof Unsupported) return context.skip(result.message);
        if (result instanceof Error) throw result;
        const { n, totals, series, notes } = result;
        expect(n).toBe(COMMITS * records);
        expect(series!.latency_ns!.length).toBe(COMMITS);
        const per_commit = calls[id]?.(records);
        expect(totals.syscalls_per_op).toBe(
          per_commit === undefined ? undefined : per_commit / records,
        );
        expect(totals.verified_blocks).toBeGreaterThan(records);
        expect(notes?.[0]).toMatch(/^when it returns: /);
        if (counted) {
          const least = (flushes[id]?.(records) ?? 0) / records;
          expect(
            totals.disk_flushes_per_op,
            'others on this disk can only add',
          ).toBeGreaterThanOrEqual(least);
        }
        expect(held().descriptors).toBe(before.descriptors);
      });
    }

    it(`${id} writes to nothing that the lab did not make`, async () => {
      const stage = await findStage(EXPERIMENT, id);
      const { created: _, ...target } = scratch.target;
      const attempt = Promise.resolve().then(() => stage.run(contextOf(1, { target })));
      await expect(attempt).rejects.toThrow(/the lab made|io_uring_setup/);
    });
  }

  it('a write that went to another place is found out', () => {
    const form = {
      asserts: 'nothing',
      open(context: StageContext) {
        const inner = synchronousWriter(context, {});
        let count = 0;
        return {
          ...inner,
          syscalls: undefined,
          commit(batch: Batch) {
            // The fourth goes one block further than it was told.
            if (++count === 4) batch.offsets[0] = (batch.offsets[0]! + 4096) % (128 * 4096);
            inner.commit(batch);
          },
        };
      },
    };
    expect(() => measureWrites(contextOf(1), form)).toThrow(/block \d+ holds block \d+/);
  });

  it('a write that never happened is found out', () => {
    const form = {
      asserts: 'nothing',
      open(context: StageContext) {
        const inner = synchronousWriter(context, {});
        let count = 0;
        return {
          ...inner,
          syscalls: undefined,
          commit: (batch: Batch) => (++count === 5 ? undefined : inner.commit(batch)),
        };
      },
    };
    expect(() => measureWrites(contextOf(1), form)).toThrow(/not write 5/);
  });

  it('a disk that refuses is told by the call and its errno, and nothing stays open', async () => {
    const before = held();
    const broken = { ...platform.posix, fsync: () => -1 };
    const errno = () => 5;
    const context = contextOf(1, { platform: { ...platform, errno, posix: broken } });
    const stage = await findStage(EXPERIMENT, 'write-fsync');
    expect(() => stage.run(context)).toThrow(/fsync: EIO/);
    expect(held().descriptors).toBe(before.descriptors);
  });

  it('O_DSYNC is a flag here, and not nothing', () => {
    expect(constants.O_DSYNC).toBeGreaterThan(0);
  });

  it('says no to more blocks at once than the file has', async () => {
    const stage = await findStage(EXPERIMENT, 'write-fsync');
    expect(() => stage.run(contextOf(128))).toThrow(/no 128 blocks.*fewer --records/);
  });
});

describe('iolab run disk-write', () => {
  it('says of a file in memory that no disk is below it', async context => {
    if (!existsSync('/dev/shm') || statfsSync('/dev/shm').type !== TMPFS_MAGIC) {
      return context.skip('no tmpfs at /dev/shm');
    }
    const memory = mkdtempSync('/dev/shm/iolab-disk-write-');
    try {
      const args = ['run', EXPERIMENT, '--rounds', '1', '--samples', '4', '--records', '1'];
      const { code, out, err } = await iolab([...args, '--driver', 'write-fsync', '--json'], {
        home: memory,
      });
      expect(code, err).toBe(0);
      const [record] = (JSON.parse(out) as LabRun).records;
      expect(record!.identity.file_system).toBe('tmpfs');
      expect(record!.evidence.device).toBe('stand-in');
      expect(record!.notes?.join()).toContain('a tmpfs is memory, not a disk');
      expect(record!.metrics, 'there is no disk to count').not.toHaveProperty('disk_writes_per_op');
    } finally {
      rmSync(memory, { recursive: true, force: true });
    }
  });

  it('writes to scratch, names its file system, and refuses every other device', async () => {
    const args = ['run', EXPERIMENT, '--rounds', '1', '--samples', '4', '--records', '1', '--json'];
    const drivers = ['--driver', 'write-buffered,write-fsync'];
    const { code, out, err } = await iolab([...args, ...drivers], { home });
    expect(code, err).toBe(0);
    const { records } = JSON.parse(out) as LabRun;
    const fsync = records.find(one => one.driver === 'write-fsync')!;
    expect((fsync.metrics.syscalls_per_op as Total).value).toBe(2);
    expect(fsync.identity.file_system).toMatch(/\w/);
    expect(fsync.metrics).toHaveProperty('cpu_ns_per_op');
    for (const device of ['file', 'null', 'fifo']) {
      const refused = await iolab([...args, '--device', device], { home });
      expect(refused.code, device).toBe(3);
      expect(refused.err).toMatch(/nothing but the lab’s own scratch may be written/);
    }
    const addressed = await iolab([...args, '--device', 'scratch@/dev/sda'], { home });
    expect(addressed.code).toBe(2);
    expect(addressed.err).toContain('takes no address');
  });
});
