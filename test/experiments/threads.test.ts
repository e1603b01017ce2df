// What the experiments on threads, rates and pauses plan: every pool with every queue, and one driver of one
// operation at a time only once.
import { describe, expect, it } from 'vitest';
import { findDevice } from '../../lab/devices/find.ts';
import { driverIds } from '../../lab/drivers/find.ts';
import type { PlanRequest } from '../../lab/experiments/experiment.ts';
import { findExperiment } from '../../lab/experiments/find.ts';

const request: PlanRequest = {
  rate_hz: [],
  depth: [],
  records: [],
  samples: undefined,
  set: {},
  short: false,
};

describe('threads', async () => {
  const threads = await findExperiment('threads');

  it('plans every pool with every depth, fewer when short, and only the chosen ones when chosen', () => {
    const all = threads.plan('thread-pool', request);
    const pools = new Set(all.map(one => one.pool));
    const depths = new Set(all.map(one => one.depth));
    expect([...pools]).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    expect([...depths]).toEqual([1, 8, 32, 128]);
    expect(all).toHaveLength(pools.size * depths.size);
    const short = threads.plan('thread-pool', { ...request, short: true });
    expect(short.length).toBeLessThan(all.length / 4);
    const chosen = { ...request, depth: [64], set: { pool: '5' } };
    expect(threads.plan('thread-pool', chosen)).toEqual([{ pool: 5, depth: 64, direct: 'true' }]);
  });

  it('gives a driver of one operation at a time one setting, and a pool to nobody else', () => {
    expect(threads.plan('blocking', request)).toEqual([{ depth: 1, direct: 'true' }]);
    const depths = threads.plan('io-uring', request).map(one => one.depth);
    expect(depths).toEqual([1, 8, 32, 128]);
    expect(threads.cell({ depth: 8 }, request, 1).parameters).toEqual({});
    expect(threads.cell({ depth: 8, pool: 2 }, request, 1).parameters).toEqual({ pool: '2' });
  });

  it('sets the two interfaces of Node’s beside each other where both are asked for', () => {
    const both = { ...request, depth: [128], set: { pool: '4', interface: 'both' } };
    const plan = threads.plan('thread-pool', both);
    expect(plan).toEqual([
      { pool: 4, depth: 128, direct: 'true', interface: 'callback' },
      { pool: 4, depth: 128, direct: 'true', interface: 'promises' },
    ]);
    expect(threads.cell(plan[1]!, both, 1).parameters).toEqual({
      pool: '4',
      interface: 'promises',
    });
  });

  it('refuses a pool that libuv cannot have', () => {
    for (const pool of ['0', '-4', '2.5', '1025', 'many', ''])
      expect(() => threads.plan('thread-pool', { ...request, set: { pool } }), pool).toThrow(
        /--set pool=.*whole number from 1 to 1024/,
      );
  });

  it('fits blocks only', async () => {
    expect(threads.misfit(await findDevice('file'))).toBeUndefined();
    expect(threads.misfit(await findDevice('fifo'))).toMatch(/block device or a file/);
  });
});

describe('cpu-rate', async () => {
  const rates = await findExperiment('cpu-rate');

  it('asks every driver at every rate, each round with events enough and not for ever', () => {
    for (const driver of rates.drivers) {
      expect(driverIds()).toContain(driver);
      const settings = rates.plan(driver, request);
      expect(settings.map(one => one.rate_hz)).toEqual([10, 100, 1000, 5000, 10_000, 20_000]);
      for (const setting of settings) {
        const { offsets_ns = [], workload } = rates.cell(setting, request, 1);
        expect(workload).toMatchObject({ kind: 'stamped-read', samples: offsets_ns.length });
        expect(offsets_ns.length).toBeGreaterThanOrEqual(20);
        expect(offsets_ns.at(-1)! / 1e9, 'seconds').toBeLessThan(3);
      }
    }
    expect(rates.plan('epoll', { ...request, rate_hz: [7] })).toEqual([{ rate_hz: 7 }]);
  });
});

describe('pause', async () => {
  const pauses = await findExperiment('pause');
  const pausesOf = (settings: readonly { readonly pause_us?: string | number }[]) =>
    settings.map(one => one.pause_us);

  it('gives pauses to who makes them, and to the two ends none', () => {
    const own = pauses.plan('paced-poll', request);
    expect(pausesOf(own)).toEqual([10, 30, 100, 300, 1000, 3000]);
    for (const end of ['blocking', 'busy-poll'])
      expect(pauses.plan(end, { ...request, set: { pause_us: '7' } })).toEqual([{ rate_hz: 100 }]);
    const chosen = { ...request, rate_hz: [50], set: { pause_us: '7' } };
    expect(pauses.plan('paced-poll', chosen)).toEqual([{ rate_hz: 50, pause_us: 7 }]);
    expect(pauses.cell({ rate_hz: 50, pause_us: 7 }, chosen, 1).parameters).toEqual({
      pause_us: '7',
    });
    expect(pauses.cell({ rate_hz: 50 }, chosen, 1).parameters).toEqual({});
  });

  it('ends the longest pause before the next event comes', () => {
    const [first] = pauses.plan('blocking', request);
    const period_us = 1e6 / Number(first!.rate_hz);
    expect(period_us).toBeGreaterThan(
      Math.max(...pausesOf(pauses.plan('paced-poll', request)).map(Number)),
    );
  });

  it('refuses what is no pause', () => {
    for (const pause_us of ['0', '-1', '1.5', 'long', '1000001'])
      expect(() => pauses.plan('paced-poll', { ...request, set: { pause_us } }), pause_us).toThrow(
        /--set pause_us=.*whole number from 1 to 1000000/,
      );
  });
});
