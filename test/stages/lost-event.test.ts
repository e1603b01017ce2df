// Event flags, for real: a plain one loses the second completion of every pair, and the three cures none;
// a flag for each operation costs more as more operations are pending.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const TURNS = 200;
const run = (stage: string, pending: number) =>
  runStage('lost-event', stage, { pending }, { samples: TURNS, set: { pending: `${pending}` } });

describe.runIf(process.platform === 'linux')('event flags', () => {
  it('lose the second completion of every pair where they are up or down', async () => {
    const { raised, handled, lost } = (await run('flag-plain', 10)).totals;
    expect(raised).toBeGreaterThanOrEqual(2 * TURNS);
    expect({ handled, lost }).toEqual({ handled: raised! / 2, lost: raised! / 2 });
  });

  it('lose nothing where one operation is pending, whatever they are', async () => {
    expect((await run('flag-plain', 1)).totals.lost).toBe(0);
  });

  for (const cure of ['flag-counted', 'flag-semaphore', 'flag-each']) {
    it(`${cure} loses nothing`, async () => {
      const { totals } = await run(cure, 10);
      expect(totals).toMatchObject({ lost: 0, handled: totals.raised });
      expect(totals.raised).toBeGreaterThanOrEqual(2 * TURNS);
    });
  }

  it('cost more as there are more of them, and nothing more where they count', async () => {
    const cost = async (stage: string, pending: number) =>
      (await run(stage, pending)).p50.latency_ns!;
    expect(await cost('flag-each', 1000)).toBeGreaterThan(5 * (await cost('flag-each', 2)));
    expect(await cost('flag-counted', 1000)).toBeLessThan(3 * (await cost('flag-counted', 2)));
  });
});
