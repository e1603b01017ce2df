// Threads at a completion port, for real under Wine: who serves, how many at once, pinned or not, shared out
// evenly or not. Where Wine departs from what Windows documents, the test says so, and would fail if it did
// not: then lab/places/wine/divergences.ts has to change.
import { describe, expect, it } from 'vitest';
import { measured } from '../../helpers/measured.ts';
import { whereWine } from '../../helpers/wine.ts';
import { type Counted, countUnderWine } from '../under-wine.ts';

const WORKERS = 3;
const PACKETS = 24;
const EACH = 3;
const pool = { workers: WORKERS, limit: 1, packets: PACKETS, work_ms: 5 };
const asked = [
  ['pool-spin', pool],
  ['pool-wait', pool],
  ['pool-pinned', pool],
  ['pool-release', { ...pool, packets: 12 }],
  ['pool-closed', pool],
  ['thread-each', { packets: EACH, work_ms: 0 }],
  ['pool-own-ports', pool],
  ['pool-rebalanced', pool],
] as const;

describe.runIf(whereWine())('threads at a completion port under Wine', () => {
  const counted = measured(async () => {
    const all = await countUnderWine('worker-pool', asked);
    return new Map<string, Counted['totals']>(asked.map(([stage], at) => [stage, all[at]!.totals]));
  }, 300_000);
  const of = (stage: string) => counted().get(stage)!;

  it.each(['pool-spin', 'pool-wait', 'pool-pinned', 'pool-own-ports', 'pool-rebalanced'])(
    '%s serves every packet once',
    stage => {
      const { served, threads, busiest_share } = of(stage);
      expect({ served, threads }).toEqual({ served: PACKETS, threads: WORKERS });
      expect(busiest_share).toBeGreaterThanOrEqual(1 / WORKERS);
      expect(busiest_share).toBeLessThanOrEqual(1);
    },
  );

  it('Wine lets more run than the limit', () => {
    const { most_at_once, over_limit } = of('pool-spin');
    expect(most_at_once, 'on Windows it would be the limit, 1').toBeGreaterThan(1);
    expect(over_limit).toBeGreaterThan(0);
  });

  it('lets another run where one blocks, as it must', () => {
    expect(of('pool-wait').most_at_once).toBeGreaterThan(1);
  });

  it('keeps a pinned thread where it is', () => {
    expect(of('pool-pinned').moves).toBe(0);
  });

  it('Wine wakes the one that slept longest', () => {
    const { first_share, last_share } = of('pool-release');
    expect(first_share, 'on Windows it would be the last one').toBeGreaterThan(0.9);
    expect(last_share).toBeLessThan(0.1);
  });

  it('Wine lets threads sleep whose port was closed', () => {
    expect(of('pool-closed'), 'on Windows all of them would wake').toEqual({
      threads: WORKERS,
      woken: 0,
      slept_on: WORKERS,
      otherwise: 0,
    });
  });

  it('costs a thread for every operation where there is no port', () => {
    const { threads, most_at_once, added_threads } = of('thread-each');
    expect({ threads, most_at_once }).toEqual({ threads: EACH, most_at_once: EACH });
    expect(added_threads, 'each brings an engine of its own').toBeGreaterThanOrEqual(EACH);
  });

  it('leaves work where it came, unless a thread posts it on', () => {
    const alone = of('pool-own-ports');
    const together = of('pool-rebalanced');
    expect(alone.passed_on).toBe(0);
    expect(alone.busiest_share).toBeGreaterThanOrEqual(0.7);
    expect(together.passed_on).toBeGreaterThan(0);
    expect(together.busiest_share).toBeLessThan(0.65);
    expect(together.serving_threads).toBe(WORKERS);
  });
});
