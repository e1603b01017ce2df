// Four ways to write the same records: how often each calls and writes, whom it holds, and that the file
// holds every record in its place.
import { closeSync, openSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { LabRun } from '../../lab/records/schema.ts';
import {
  asynchronousDoor,
  type Opening,
  synchronousDoor,
} from '../../lab/stages/buffer-forms/parts/doors.ts';
import { measureRequests } from '../../lab/stages/buffer-forms/parts/requests.ts';
import { findStage, stageIds } from '../../lab/stages/find.ts';
import type { StageContext } from '../../lab/stages/stage.ts';
import { type Blocks, openBlocks } from '../conformance/lines.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';
import { held, middle, stageContext } from './run.ts';

const EXPERIMENT = 'buffer-forms';
const REQUESTS = 64;
const PER_WRITE = 8;
const platform = await loadPlatform();
const home = temporaryFolder();

let scratch: Blocks;
beforeEach(() => {
  scratch = openBlocks(512, true);
});
afterEach(() => scratch.close());

const contextOf = (more: Record<string, string> = {}): StageContext => ({
  ...stageContext(platform, {
    requests: String(REQUESTS),
    buffer_bytes: String(PER_WRITE * 4096),
    depth: '4',
    ...more,
  }),
  target: scratch.target,
});

/** Undefined where this machine cannot. */
async function run(id: string, more: Record<string, string> = {}) {
  const stage = await findStage(EXPERIMENT, id);
  return Promise.resolve()
    .then(() => stage.run(contextOf(more)))
    .catch((error: Error) => {
      if (error instanceof Unsupported && error.errno) return undefined;
      throw error;
    });
}

describe.runIf(process.platform === 'linux')('four ways to write', () => {
  for (const id of stageIds(EXPERIMENT)) {
    it(`${id} writes every record, and calls and writes as often as it says`, async context => {
      const before = held();
      const result = await run(id);
      if (!result) return context.skip('io_uring is forbidden here');
      const { n, totals, series } = result;
      const writes = id.startsWith('buffered') ? 1 / PER_WRITE : 1;
      expect([n, totals.verified_records]).toEqual([REQUESTS, REQUESTS]);
      expect(series!.latency_ns!.length).toBe(REQUESTS);
      expect([...series!.latency_ns!].every(one => one > 0)).toBe(true);
      if (id.endsWith('-sync')) expect(totals.syscalls_per_op).toBe(writes);
      // One call hands a write over, and another may have to wait for a slot.
      else expect(totals.syscalls_per_op).toBeGreaterThanOrEqual(writes);
      expect(totals.syscalls_per_op).toBeLessThan(3 * writes);
      if (totals.disk_writes_per_op !== undefined && scratch.target.direct) {
        expect(totals.disk_writes_per_op).toBeGreaterThanOrEqual(writes);
      }
      expect(held().descriptors).toBe(before.descriptors);
    });
  }

  it('a record that is not whole at the end fills no buffer, and is written all the same', async () => {
    const odd = await run('buffered-sync', { requests: '61' });
    expect(odd!.totals.verified_records).toBe(61);
  });

  it('a buffer holds the program for few of the requests', async context => {
    if (!scratch.target.direct) return context.skip('through the page cache nothing is waited for');
    const each = middle((await run('unbuffered-sync'))!, 'held_ns');
    const collected = middle((await run('buffered-sync'))!, 'held_ns');
    expect(each).toBeGreaterThan(2 * collected);
  });

  it('a record in the wrong place is found out', () => {
    const open = (opening: Opening) => {
      const door = synchronousDoor(opening);
      return { ...door, send: (slot: number, length: number) => door.send(slot, length, 0) };
    };
    const form = { buffered: false, asynchronous: false, open };
    expect(() => measureRequests(contextOf(), form)).toThrow(/not the one written/);
  });

  it('a disk that refuses is told by the call and its errno, and nothing stays open', async () => {
    const before = held();
    const broken = { ...platform.posix, pwrite: () => -1 };
    const context = { ...contextOf(), platform: { ...platform, errno: () => 28, posix: broken } };
    const stage = await findStage(EXPERIMENT, 'buffered-sync');
    expect(() => stage.run(context)).toThrow(/pwrite: ENOSPC/);
    expect(held().descriptors).toBe(before.descriptors);
  });

  it('queued writes that fail are told, after all of them were waited for', async context => {
    const fd = openSync(scratch.target.path, 'r');
    const memory = platform.memory(4 * 4096);
    const written: number[] = [];
    const done = (slot: number) => void written.push(slot);
    try {
      const door = asynchronousDoor({ platform, fd, memory, slot_bytes: 4096, done });
      const writeThree = () => {
        for (let i = 0; i < 3; i++) door.send(door.take(), 4096, i * 4096);
        door.drain();
      };
      expect(writeThree).toThrow(/io_uring write: EBADF/);
      // Told once; whatever was still under way has ended by now.
      door.drain();
      expect(written).toEqual([]);
      door.close();
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      context.skip(error.message);
    } finally {
      closeSync(fd);
      memory.free();
    }
  });

  it('says no to buffers and files that hold no whole number of records', async () => {
    await expect(run('buffered-sync', { buffer_bytes: '5000' })).rejects.toThrow(
      /multiple of 4096/,
    );
    await expect(run('unbuffered-sync', { requests: '600' })).rejects.toThrow(/holds 512 records/);
  });

  it('writes to nothing that the lab did not make', async () => {
    const { created: _, ...target } = scratch.target;
    const stage = await findStage(EXPERIMENT, 'unbuffered-sync');
    expect(() => stage.run({ ...contextOf(), target })).toThrow(/the lab made/);
  });
});

describe('iolab run buffer-forms', () => {
  it('puts the four into one table of one run', async () => {
    const args = ['run', EXPERIMENT, '--rounds', '1', '--samples', '64', '--depth', '2', '--json'];
    const { code, out, err } = await iolab([...args, '--driver', 'unbuffered-sync,buffered-sync'], {
      home,
    });
    expect(code, err).toBe(0);
    const { records } = JSON.parse(out) as LabRun;
    expect(new Set(records.map(one => one.driver))).toEqual(
      new Set(['unbuffered-sync', 'buffered-sync']),
    );
    expect(records.every(one => one.metrics.held_ns && one.metrics.cpu_ns_per_op)).toBe(true);
  });
});
