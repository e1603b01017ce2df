// The pool's size is Node's own and is settled before it starts: a cell gets it in its environment, and
// a driver in a process that has another one says so. A thread that waits in a write is let go, too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CellJob } from '../../lab/cell/protocol.ts';
import { driver } from '../../lab/drivers/thread-pool.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { runCell, startDevice } from '../../lab/run/cells.ts';
import { environmentOf } from '../../lab/run/environment.ts';
import { BLOCK_BYTES, openBlocks, openTerminal } from '../conformance/lines.ts';
import { contextFor, LIMIT_MS, Session } from '../conformance/session.ts';

/** Threads of the pool that did something in a cell that reads a file at depth 16. */
async function poolIn(pool: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-pool-'));
  const { signal } = new AbortController();
  const device = await startDevice('file', folder, { bytes: String(2 ** 20) }, signal);
  try {
    const parameters = { pool };
    const job: CellJob = {
      do: 'measure',
      driver: driver.id,
      target: device.target,
      depth: 16,
      parameters,
      environment: environmentOf(driver.parameters, parameters),
      workload: {
        kind: 'random-read',
        samples: 400,
        duration_ms: 0,
        warmup_ms: 50,
        block_bytes: 4096,
        seed: 1,
      },
    };
    const { threads } = await runCell({
      ...{ job, device, stimulus: undefined, expected_ms: 2000, signal },
    });
    return threads.filter(({ name }) => name === 'libuv-worker').length;
  } finally {
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the size of the pool', () => {
  it('is carried by the environment: what was chosen, or the default whatever the shell holds', () => {
    expect(environmentOf(driver.parameters, { pool: '16' })).toEqual({ UV_THREADPOOL_SIZE: '16' });
    expect(environmentOf(driver.parameters, {})).toEqual({ UV_THREADPOOL_SIZE: '4' });
    expect(environmentOf({ pause_us: { meaning: '1: one', default: '1' } }, {})).toEqual({});
    expect(environmentOf(undefined, { pool: '16' })).toEqual({});
  });

  // Node names the pool's threads since libuv 1.50.
  it.runIf(process.platform === 'linux')('is what a cell then has', async () => {
    expect([await poolIn('1'), await poolIn('3'), await poolIn('8')]).toEqual([1, 3, 8]);
  });

  it('is refused where the process has another one, with what to do', async () => {
    const platform = await loadPlatform();
    const file = openBlocks(1);
    try {
      const ask = (pool: string) =>
        driver.probe(contextFor(platform, file.target, { parameters: { pool } }));
      expect(await ask('9')).toMatchObject({
        ok: false,
        reason: expect.stringContaining('not 9'),
        fix: expect.stringContaining('UV_THREADPOOL_SIZE=9'),
      });
      for (const wrong of ['0', '1.5', '1025', 'many', '']) {
        expect(await ask(wrong), wrong).toMatchObject({
          ok: false,
          reason: expect.stringContaining('no number of threads'),
        });
      }
    } finally {
      file.close();
    }
  });
});

describe('fs.promises', () => {
  const interface_ = { parameters: { interface: 'promises' } };

  it('reads and writes the same blocks as fs.read and fs.write, errors included', async () => {
    const platform = await loadPlatform();
    const file = openBlocks(8, true);
    const session = await Session.open(driver, platform, file.target, { depth: 8, ...interface_ });
    for (let slot = 0; slot < 8; slot++) session.read(slot, BLOCK_BYTES, slot * BLOCK_BYTES);
    for (const { slot, result, bytes } of await session.collect(8)) {
      expect(result).toBe(BLOCK_BYTES);
      expect(new Uint32Array(bytes.buffer)[7], `block ${slot}`).toBe(slot);
    }
    session.write(0, new Uint8Array(BLOCK_BYTES).fill(9), 3 * BLOCK_BYTES);
    expect((await session.one()).result).toBe(BLOCK_BYTES);
    session.read(1, BLOCK_BYTES, 3 * BLOCK_BYTES);
    expect((await session.one()).bytes[100]).toBe(9);
    session.read(2, BLOCK_BYTES, 8 * BLOCK_BYTES);
    expect((await session.one()).result, 'the end of the file').toBe(0);
    if (file.target.direct) {
      session.read(3, BLOCK_BYTES, 1);
      expect((await session.one()).result, 'EINVAL of O_DIRECT').toBe(-22);
    }
    await session.close();
    file.close();
  });

  it('is refused for a stream, with what to do', async () => {
    const platform = await loadPlatform();
    const line = openTerminal(platform);
    const answer = await driver.probe(contextFor(platform, line.target, interface_));
    expect(answer).toMatchObject({ ok: false, reason: 'fs.promises is for files here' });
    line.close();
  });
});

describe.runIf(process.platform === 'linux')('a thread that waits in a write', () => {
  it('is let go when the driver closes, though nobody takes its bytes', async () => {
    const platform = await loadPlatform();
    const line = openTerminal(platform);
    const session = await Session.open(driver, platform, line.target, { depth: 16 });
    for (let slot = 0; slot < 16; slot++) session.write(slot, new Uint8Array(4096));
    const taken = await session.wait(16, platform.now() + 300e6);
    expect(taken.length, 'the line is full, or this test shows nothing').toBeLessThan(16);
    const before_ns = platform.now();
    await session.close();
    expect(platform.now() - before_ns, 'closing is bounded').toBeLessThan(LIMIT_MS * 1e6);
    line.close();
  });
});
