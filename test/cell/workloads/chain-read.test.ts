// The chain workload over an engine made here: what it asks for, in which portions, what it counts,
// and that it notices a wrong block, a short read and a wrong order.
import { describe, expect, it } from 'vitest';
import { runBlocking } from '../../../lab/cell/loops.ts';
import { ChainRead, type ChainReadPlan } from '../../../lab/cell/workloads/chain-read.ts';
import type { BlockingEngine } from '../../../lab/drivers/driver.ts';

const BLOCK = 512;

interface Trouble {
  readonly wrong_block?: boolean;
  readonly short?: boolean;
  readonly backwards?: boolean;
}

/** Finishes everything that is pending at each wait, in order or backwards. */
function engineOf(depth: number, trouble: Trouble = {}) {
  const portions: number[] = [];
  const pending: number[] = [];
  const memory = Array.from({ length: depth }, () => new Uint8Array(BLOCK));
  let now_ns = 0;
  const engine: BlockingEngine = {
    loop: 'blocking',
    operations: {
      opcode: new Uint8Array(depth),
      offset_bytes: new Float64Array(depth),
      length_bytes: new Uint32Array(depth),
    },
    completions: {
      slot: new Uint32Array(depth),
      result: new Int32Array(depth),
      time_ns: new Float64Array(depth),
    },
    counters: { syscalls: 0, polls: 0 },
    slot: index => memory[index]!,
    submit(slots, count) {
      pending.push(...slots.slice(0, count));
      return count;
    },
    wait(min) {
      expect(min, 'waits for all that was handed over').toBe(pending.length);
      engine.counters.syscalls++;
      portions.push(pending.length);
      const order = trouble.backwards ? pending.splice(0).reverse() : pending.splice(0);
      for (const [i, slot] of order.entries()) {
        const block = engine.operations.offset_bytes[slot]! / BLOCK;
        new DataView(memory[slot]!.buffer).setUint32(
          0,
          block + (trouble.wrong_block ? 1 : 0),
          true,
        );
        engine.completions.slot[i] = slot;
        engine.completions.result[i] = trouble.short ? BLOCK - 1 : BLOCK;
        now_ns += 1000;
        engine.completions.time_ns[i] = now_ns;
      }
      return order.length;
    },
    close() {},
  };
  return {
    engine,
    portions,
    stamp: (into: Float64Array, at: number) => {
      into[at] = now_ns;
    },
  };
}

function measure(depth: number, more: Partial<ChainReadPlan> = {}, trouble: Trouble = {}) {
  const { engine, portions, stamp } = engineOf(depth, trouble);
  const edges: string[] = [];
  const workload = new ChainRead(
    engine,
    { begin: () => edges.push('begin'), end: () => edges.push('end') },
    {
      depth,
      records: 4,
      chains: 10,
      warmup: 3,
      block_bytes: BLOCK,
      bytes: 64 * BLOCK,
      seed: 1,
      verify: true,
      ...more,
    },
  );
  runBlocking(engine, workload, stamp);
  return { workload, portions, edges, results: workload.results() };
}

describe('a chain of reads', () => {
  it('goes all at once: one wait for each chain', () => {
    const { workload, portions, edges, results } = measure(4);
    expect(portions).toEqual(Array(13).fill(4));
    expect(workload.counted, 'records of counted chains').toBe(40);
    expect(edges).toEqual(['begin', 'end']);
    expect(results.totals).toMatchObject({ syscalls: 1, out_of_order: 0, links: 0 });
    expect([...results.series.latency_ns!], 'a chain from its first start to its last end').toEqual(
      Array(10).fill(4000),
    );
  });

  it('goes one by one: one wait for each record', () => {
    const { workload, portions, results } = measure(1);
    expect(portions).toEqual(Array(52).fill(1));
    expect(workload.counted).toBe(40);
    expect(results.totals).toMatchObject({ syscalls: 4, out_of_order: 0 });
    expect([...results.series.latency_ns!]).toEqual(Array(10).fill(4000));
  });

  it('counts what came out of order', () => {
    expect(measure(4, {}, { backwards: true }).results.totals.out_of_order).toBe(4);
  });

  it('works without a rehearsal', () => {
    const { workload, edges } = measure(4, { warmup: 0 });
    expect(workload.counted).toBe(40);
    expect(edges).toEqual(['begin', 'end']);
  });

  it('stops at a wrong block and at a short read', () => {
    expect(() => measure(4, {}, { wrong_block: true })).toThrow(/returned block/);
    expect(() => measure(4, {}, { short: true })).toThrow(/returned 511, not 512/);
  });

  it('refuses a depth that is neither and a file that is too small', () => {
    expect(() => measure(2)).toThrow(RangeError);
    expect(() => measure(4, { bytes: 3 * BLOCK })).toThrow(RangeError);
  });
});
