// Stream buffers by their counts: how often the kernel is called, what stays in a buffer until the end, and
// that the other end gets exactly the bytes that were put in.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { byteAt, bytesFrom, matches } from '../../lab/stages/buffering/parts/pattern.ts';
import { openPipe } from '../../lab/stages/buffering/parts/pipe.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';
import { runStage } from '../helpers/stages.ts';
import { stageContext } from './run.ts';

const COUNT = 20;
const home = temporaryFolder();

const run = (id: string, requests: string, threshold_bytes: number) =>
  runStage(
    'buffering',
    id,
    { requests, threshold_bytes },
    { samples: COUNT, set: { threshold_bytes: String(threshold_bytes) }, rate_hz: [500] },
  );

describe('the stream', () => {
  it('is the same from any place, and a byte lost, added or changed is seen', () => {
    const all = bytesFrom(0, 5000);
    expect(matches(0, all)).toBe(true);
    for (const place of [1, 250, 251, 252, 4000]) {
      expect(bytesFrom(place, 100)).toEqual(all.slice(place, place + 100));
      expect(all[place]).toBe(byteAt(place));
      const lost = Buffer.concat([all.subarray(0, place), all.subarray(place + 1)]);
      expect(matches(0, lost), `without byte ${place}`).toBe(false);
    }
    expect(matches(1, all), 'the whole stream one byte late').toBe(false);
  });
});

describe('output', () => {
  it.each([
    [1, 20, 0],
    [16, 2, 4],
    [256, 1, 20],
  ])(
    'rare, collected to %i bytes: %i calls for 20 requests, %i left to the end',
    async (...all) => {
      const [threshold, calls, left_bytes] = all;
      const { n, totals } = await run('output-collected', 'rare', threshold);
      expect(n).toBe(COUNT);
      expect(totals).toMatchObject({ syscalls_per_op: calls / COUNT, left_bytes });
    },
  );

  it('rare, waits for the end in a large buffer, and for nothing without one', async () => {
    const none = await run('output-collected', 'rare', 1);
    const large = await run('output-collected', 'rare', 4096);
    expect(large.p50.latency_ns).toBeGreaterThan(5 * none.p50.latency_ns!);
  });

  it('dense, calls once for each full buffer and costs less the larger it is', async () => {
    const none = await run('output-collected', 'dense', 1);
    expect(none.totals.syscalls_per_op).toBe(1);
    const small = await run('output-collected', 'dense', 16);
    expect(small.totals.syscalls_per_op).toBeCloseTo(1 / 16, 3);
    const large = await run('output-collected', 'dense', 4096);
    expect(large.totals.syscalls_per_op).toBeCloseTo(1 / 4096, 4);
    expect(none.totals.cpu_ns_per_op).toBeGreaterThan(4 * large.totals.cpu_ns_per_op!);
  });
});

describe('input', () => {
  it('rare, is called for nearly every request, however large the buffer, and delays nothing', async () => {
    const none = await run('input-collected', 'rare', 1);
    expect(none.totals.syscalls_per_op).toBe(1);
    const large = await run('input-collected', 'rare', 4096);
    expect(large.totals.syscalls_per_op, 'a read takes what is there').toBeGreaterThan(0.3);
    const output = await run('output-collected', 'rare', 4096);
    expect(large.p50.latency_ns).toBeLessThan(output.p50.latency_ns! / 2);
  });

  it('dense, is called once for as many bytes as the buffer and the pipe hold', async () => {
    const none = await run('input-collected', 'dense', 1);
    expect(none.totals.syscalls_per_op).toBe(1);
    const large = await run('input-collected', 'dense', 4096);
    expect(large.totals.syscalls_per_op).toBeGreaterThanOrEqual(0.99 / 4096);
    expect(large.totals.syscalls_per_op).toBeLessThan(1 / 256);
  });
});

describe('the pipe', () => {
  async function withPipe(use: (folder: string) => Promise<void>) {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-pipe-'));
    try {
      await use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const contextIn = async (path: string) => {
    const context = stageContext(await loadPlatform(), {});
    return { ...context, target: { ...context.target, path } };
  };

  it('tells of bytes that arrived changed, and leaves no file', async () => {
    await withPipe(async folder => {
      const context = await contextIn(folder);
      const pipe = await openPipe(context, 'read');
      const memory = context.platform.memory(4096);
      memory.bytes.set(bytesFrom(0, 100));
      memory.bytes[50]!++;
      context.platform.posix.write(pipe.fd, memory.address, 100);
      await expect(pipe.finish()).rejects.toThrow(/arrived changed/);
      memory.free();
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('given up, leaves neither process nor file', async () => {
    await withPipe(async folder => {
      const pipe = await openPipe(await contextIn(folder), 'feed');
      pipe.abandon();
      expect(readdirSync(folder)).toEqual([]);
      await expect(pipe.finish()).rejects.toThrow(/ended without a word|said nothing/);
    });
  });
});

describe('iolab run buffering', () => {
  it('refuses sizes that are none, and devices that are no place for a pipe', async () => {
    const wrong = await iolab(['run', 'buffering', '--set', 'threshold_bytes=0'], { home });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('threshold_bytes=0: give a whole number');
    const other = await iolab(['run', 'buffering', '--device', 'fifo'], { home });
    expect(other.code).toBe(3);
    expect(other.err).toContain('it makes a pipe of its own');
  });
});
