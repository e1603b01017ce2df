// Pipelines: every byte passes every step once, whatever processes it goes through; a step that ends
// early is told and not waited for; all processes end. And small chunks cost more through pipes.
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { stageIds } from '../../lab/stages/find.ts';
import { Graph } from '../../lab/stages/pipeline/parts/graph.ts';
import { measureFlow } from '../../lab/stages/pipeline/parts/measure.ts';
import { checkChunk, expected, STEPS, source, work } from '../../lab/stages/pipeline/parts/work.ts';
import { descendants } from '../conformance/devices.ts';
import { held, middle, runStage, stageContext } from './run.ts';

const platform = await loadPlatform();
const run = (id: string, chunk_bytes: number, passes: number) =>
  runStage(platform, 'pipeline', id, {
    chunk_bytes: String(chunk_bytes),
    passes: String(passes),
  });
const alive = () => ({ ...held(), children: descendants(process.pid) });

describe('the steps', () => {
  it('leave on every byte that all of them have seen it', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => source(5, i));
    for (const step of STEPS) work(bytes, bytes.length, step, 3);
    expect([...bytes]).toEqual(Array.from({ length: 300 }, (_, i) => expected(5, i, 3)));
    expect(() => checkChunk(bytes, 5, 3)).not.toThrow();
    expect(() => checkChunk(bytes, 6, 3), 'the next chunk').toThrow(/byte 0 of chunk 6/);
  });

  it('are missed where one did not run', () => {
    const forgetful = () =>
      measureFlow(
        stageContext(platform, { chunk_bytes: '64', passes: '1' }),
        (_context, { chunk_bytes }) => {
          const bytes = new Uint8Array(chunk_bytes);
          return {
            outgoing: bytes,
            incoming: bytes,
            pass(chunks, fill, take) {
              for (let chunk = 0; chunk < chunks; chunk++) {
                fill(chunk);
                for (const step of STEPS.slice(1)) work(bytes, chunk_bytes, step, 1);
                take(chunk);
              }
            },
            processCpu: () => 0,
            close() {},
          };
        },
      );
    expect(forgetful).toThrow(/byte 0 of chunk 0 is \d+, not \d+: it did not pass every step once/);
  });
});

describe.skipIf(process.platform !== 'linux')('pipelines', () => {
  for (const id of stageIds('pipeline')) {
    it(`${id} passes every chunk and leaves nothing`, async () => {
      const before = alive();
      const { n, series, totals } = await run(id, 4096, 4);
      expect(alive()).toEqual(before);
      expect(series?.latency_ns?.length).toBe(n);
      expect(totals.bytes_per_s! / 4096 / totals.ops_per_s!).toBeCloseTo(1, 6);
      expect(totals.cpu_ns_per_op).toBeGreaterThan(0);
    });
  }

  it('cost more for small chunks than one process does, and keep each chunk longer', async () => {
    const [inside, chain] = [await run('pipe-inside', 512, 1), await run('pipe-chain', 512, 1)];
    expect(chain.totals.cpu_ns_per_op! / inside.totals.cpu_ns_per_op!).toBeGreaterThan(1.5);
    expect(middle(chain, 'latency_ns') / middle(inside, 'latency_ns')).toBeGreaterThan(5);
  });

  it('tell of a step that ends early, and end the others', () => {
    const before = alive();
    // A program that may read no bytes finds its input at its end.
    const graph = new Graph(
      platform,
      [
        [
          [64, 1, 3],
          [0, 1, 5],
          [64, 1, 7],
        ],
      ],
      64,
    );
    const nothing = () => {};
    expect(() => graph.pass(1000, nothing, nothing)).toThrow(
      /(read|write): EPIPE. A step has ended/,
    );
    graph.close();
    graph.close();
    expect(alive()).toEqual(before);
  });

  it('refuse what does not fit into a pipe at once', async () => {
    await expect(run('pipe-chain', 65_537, 1)).rejects.toThrow(/chunk_bytes=65537.*1 to 65536/);
  });
});
