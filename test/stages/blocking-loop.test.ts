// The blocked loop, for real: while an operation is pending on the main thread nothing else is served, which
// is exact; how late it is then served is an order.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const run = (stage: string, work: string, samples: number) =>
  runStage('blocking-loop', stage, { work }, { samples });

describe('a loop beside a slow device', () => {
  it('serves nothing while it reads, and is late', async () => {
    const blocked = await run('loop-blocked', 'read', 10);
    const free = await run('loop-free', 'read', 10);
    expect(blocked.totals.meanwhile_per_op).toBe(0);
    expect(free.totals.meanwhile_per_op).toBeGreaterThan(5);
    expect(blocked.totals.late_share!).toBeGreaterThan(2 * free.totals.late_share!);
    expect(blocked.p50.latency_ns!).toBeGreaterThan(3 * free.p50.latency_ns!);
  });
});

describe.runIf(process.platform === 'linux')('a loop beside a name look-up', () => {
  it('serves nothing while it looks up', async () => {
    const { n, totals } = await run('loop-blocked', 'look-up', 50);
    expect({ n, meanwhile: totals.meanwhile_per_op }).toEqual({ n: 50, meanwhile: 0 });
  });

  it('serves others while a thread of the pool looks up', async () => {
    const { totals } = await run('loop-free', 'look-up', 100);
    expect(totals.meanwhile_per_op).toBeGreaterThan(0.2);
    expect(totals.stuck).toBe(0);
  });

  it('turns, and looks nothing up, where every thread of the pool waits', async () => {
    const { totals } = await run('loop-full-pool', 'look-up', 5);
    expect(totals.stuck).toBe(5);
    expect(totals.meanwhile_per_op).toBeGreaterThan(1);
  });
});
