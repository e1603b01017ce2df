// What the drivers that read files one block at a time promise beyond the common suite: who may be mapped
// and why, what the kernel is told, and a file system that has no direct I/O.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockingEngine, Target } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { BLOCK_BYTES, type Blocks, openBlocks, openFifo } from '../conformance/lines.ts';
import { contextFor, Session } from '../conformance/session.ts';

const platform = await loadPlatform();
let file: Blocks;
beforeEach(() => {
  file = openBlocks(16);
});
afterEach(() => file.close());

const ask = async (id: string, target: Target) =>
  (await findDriver(id)).probe(contextFor(platform, target));

describe('mmap', () => {
  it('refuses a file that others may change, and says what could happen', async () => {
    for (const mode of [0o620, 0o602, 0o666]) {
      chmodSync(file.target.path, mode);
      const answer = await ask('mmap', file.target);
      expect(answer, mode.toString(8)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('SIGBUS'),
        fix: expect.stringContaining('chmod go-w'),
      });
    }
    chmodSync(file.target.path, 0o644);
    expect(await ask('mmap', file.target), 'others may read it').toEqual({ ok: true });
  });

  it('refuses a file of another user', async context => {
    if (process.geteuid?.() !== 0) return context.skip('only root can give a file away');
    chownSync(file.target.path, 12345, 12345);
    expect(await ask('mmap', file.target)).toMatchObject({ ok: false });
  });

  it('refuses what cannot be mapped, and a file that is too large for its table', async () => {
    const fifo = openFifo(platform);
    const answer = await ask('mmap', { ...fifo.target, kind: 'block' });
    fifo.close();
    expect(answer).toMatchObject({ ok: false, reason: 'only files and disks can be mapped' });
    truncateSync(file.target.path, 2 ** 32 + 4096);
    expect(await ask('mmap', file.target)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/4294971392 bytes are too many to map/),
    });
  });

  it('an empty file has no blocks', async () => {
    truncateSync(file.target.path, 0);
    const session = await Session.open(await findDriver('mmap'), platform, file.target);
    session.read(0, BLOCK_BYTES);
    expect((await session.one()).result).toBe(0);
    await session.close();
  });

  it('is the reason for all this: a file cut short kills the program that has it mapped', () => {
    const program = `
      const { truncateSync } = await import('node:fs');
      const { driver } = await import('${join(import.meta.dirname, '../../lab/drivers/mmap.ts')}');
      const { loadPlatform } = await import('${join(import.meta.dirname, '../../lab/ffi/load.ts')}');
      const target = JSON.parse(process.argv[1]);
      const platform = await loadPlatform();
      const context = { platform, target, depth: 1, slot_bytes: 4096, parameters: {} };
      const engine = await driver.open(context);
      truncateSync(target.path, 0);
      engine.submit(new Uint32Array([0]), 1);
      console.log('still alive');`;
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
    const words = [...args, JSON.stringify(file.target)];
    const ended = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 20_000 });
    expect(ended.signal ?? ended.status, ended.stderr).toBe('SIGBUS');
    expect(ended.stdout).toBe('');
  });

  it('tells the kernel what it was told', async () => {
    const told: number[] = [];
    const madvise = (_address: number, length: number, advice: number) => {
      expect(length).toBe(16 * BLOCK_BYTES);
      told.push(advice);
      return 0;
    };
    const listening = { ...platform, posix: { ...platform.posix, madvise } };
    for (const advice of ['normal', 'random', 'sequential']) {
      const options = { parameters: { advice } };
      await (await Session.open(await findDriver('mmap'), listening, file.target, options)).close();
    }
    expect(told, 'MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL').toEqual([0, 1, 2]);
  });

  it('reads from any offset, also from the middle of a page', async () => {
    const session = await Session.open(await findDriver('mmap'), platform, file.target);
    session.read(0, 8, 5 * BLOCK_BYTES + 1000);
    const { bytes } = await session.one();
    expect([...new Uint32Array(bytes.buffer)]).toEqual([5, 5]);
    await session.close();
  });

  it('makes no system call to read', async () => {
    const session = await Session.open(await findDriver('mmap'), platform, file.target);
    for (let i = 0; i < 16; i++) {
      session.read(0, BLOCK_BYTES, i * BLOCK_BYTES);
      await session.one();
    }
    expect((session.engine as BlockingEngine).counters.syscalls).toBe(0);
    await session.close();
  });
});

describe.runIf(process.platform === 'linux')('direct-sync', () => {
  const proc = (): Target => ({ ...file.target, path: '/proc/version', direct: false });

  it('names the file system as what refuses, and where to go', async () => {
    expect(await ask('direct-sync', proc())).toMatchObject({
      ok: false,
      errno: 'EINVAL',
      reason: expect.stringContaining('takes no O_DIRECT'),
      fix: expect.stringContaining('IOLAB_HOME'),
    });
  });

  it('tells of a file system that opens so and refuses the first read', async () => {
    const pread = () => -1;
    const refusing = { ...platform, errno: () => 22, posix: { ...platform.posix, pread } };
    const driver = await findDriver('direct-sync');
    expect(await driver.probe(contextFor(refusing, file.target))).toMatchObject({
      ok: false,
      errno: 'EINVAL',
      reason: expect.stringContaining('takes no O_DIRECT'),
    });
  });
});
