// One message out of many: what is looked at is counted, and is all that waits; behind a mark it is one. The
// time follows the count, in our runtime and in Erlang, and nothing of what waited is lost or moved.
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { runStage as inCell } from '../helpers/stages.ts';
import { erlangHere } from './message-passing/erlang.ts';
import { middle, runStage } from './run.ts';

const platform = await loadPlatform();
const FEW = 10;
const MANY = 10_000;
const run = (id: string, waiting: number) =>
  runStage(platform, 'selective-receive', id, { waiting: String(waiting) });

describe('an answer picked out of a mailbox', () => {
  it('is found behind all that waits: each is looked at once for each answer', async () => {
    const [few, many] = [await run('pick-actor', FEW), await run('pick-actor', MANY)];
    expect(few.totals).toEqual({ looked_at_per_op: FEW + 1, left_over: FEW });
    expect(many.totals).toEqual({ looked_at_per_op: MANY + 1, left_over: MANY });
    const ratio = middle(many, 'latency_ns') / middle(few, 'latency_ns');
    expect(ratio, 'a thousand times as many').toBeGreaterThan(20);
  });

  it('is found at once behind a mark, whatever waits before it', async () => {
    const marked = await run('pick-actor-marked', MANY);
    expect(marked.totals).toEqual({ looked_at_per_op: 1, left_over: MANY });
    const scanned = await run('pick-actor', MANY);
    const ratio = middle(scanned, 'latency_ns') / middle(marked, 'latency_ns');
    expect(ratio).toBeGreaterThan(20);
  });

  it.skipIf(!erlangHere)(
    'follows the same law in Erlang, and is cured by a reference',
    async () => {
      const latency = async (stage: string, waiting: number) => {
        const set = { waiting: String(waiting) };
        const { p50, totals } = await inCell('selective-receive', stage, {}, { set });
        expect(totals.left_over).toBe(waiting);
        return p50.latency_ns!;
      };
      const scanned = await latency('pick-erlang', MANY);
      expect(scanned / (await latency('pick-erlang', FEW))).toBeGreaterThan(5);
      expect(scanned / (await latency('pick-erlang-marked', MANY))).toBeGreaterThan(5);
    },
  );
});
