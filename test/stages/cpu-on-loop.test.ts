// Work on the loop, for real: no beat is answered during a unit of work that runs there, which is exact, and
// some are in each cure. The result of the work is the same in all forms, or the stage fails.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const UNITS = 6;
const run = (stage: string) => runStage('cpu-on-loop', stage, {}, { samples: UNITS });

describe('work for the processor beside a beat', () => {
  it('answers none while it runs on the loop, and some in each cure', async () => {
    const loop = await run('work-on-loop');
    expect(loop.totals.meanwhile_per_op).toBe(0);
    expect(loop.totals.beats, 'beats came all the same').toBeGreaterThan(UNITS);
    for (const cure of ['work-in-slices', 'work-in-worker']) {
      const { totals, p50 } = await run(cure);
      expect(totals.meanwhile_per_op, cure).toBeGreaterThan(1);
      expect(totals.late_share!, cure).toBeLessThan(loop.totals.late_share! / 2);
      expect(p50.latency_ns!, cure).toBeLessThan(loop.p50.latency_ns! / 2);
    }
  });
});
