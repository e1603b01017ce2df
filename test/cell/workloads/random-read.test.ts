// Random reads without a disk: an engine that does nothing, whose every read is good.
import { describe, expect, it } from 'vitest';
import type { AnyEngine } from '../../../lab/cell/workload.ts';
import { RandomRead, type RandomReadPlan } from '../../../lab/cell/workloads/random-read.ts';

const BLOCK = 512;

/** Reads `depth` at a time until it is done; each takes a microsecond. */
function notesOf(plan: Pick<RandomReadPlan, 'depth' | 'samples' | 'duration_ms'>) {
  const { depth } = plan;
  const completions = { result: new Int32Array(1).fill(BLOCK), time_ns: new Float64Array(1) };
  const operations = {
    opcode: new Uint8Array(depth),
    offset_bytes: new Float64Array(depth),
    length_bytes: new Uint32Array(depth),
  };
  const engine = { operations, completions, slot: () => new Uint8Array(BLOCK) };
  let now_ns = 0;
  const workload = new RandomRead(
    engine as unknown as AnyEngine,
    { begin: () => now_ns, end: () => {} },
    {
      ...{ block_bytes: BLOCK, bytes: 100 * BLOCK, warmup_ms: 0.1, seed: 1 },
      ...{ verify: 'nothing', split: false },
      ...plan,
    },
    now_ns,
  );
  const clock_ns = new Float64Array(2);
  const begin = (slot: number) => {
    if (!workload.prepare(slot)) return;
    clock_ns.fill(now_ns);
    workload.submitted(slot, clock_ns);
    flying.push(slot);
  };
  const flying: number[] = [];
  for (let slot = 0; slot < depth; slot++) begin(slot);
  while (!workload.done) {
    now_ns += 1000;
    completions.time_ns[0] = now_ns;
    const slot = flying.shift()!;
    workload.completed(slot, 0);
    begin(slot);
  }
  return workload.results().notes;
}

describe('random reads say that more were counted than asked for', () => {
  it('where the queue must turn over more often than that', () => {
    expect(notesOf({ depth: 32, samples: 20, duration_ms: 1 })).toEqual([
      expect.stringMatching(/^\d+ reads counted, not 20: a queue of 32 needs more turns$/),
    ]);
  });

  it('and not for what was in flight when the counting began', () => {
    expect(notesOf({ depth: 32, samples: 1000, duration_ms: 1 })).toEqual([]);
    expect(notesOf({ depth: 32, duration_ms: 1 })).toEqual([]);
  });
});
