// A flood of microtasks, for real: all of it runs before the loop has a turn, and where it yields, no more than
// was agreed. Both are exact.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const EVERY = 1000;
const run = (stage: string) =>
  runStage('microtask-flood', stage, {}, { samples: 4, set: { every: `${EVERY}` } });

describe('a flood of microtasks', () => {
  for (const flood of ['flood-promises', 'flood-ticks']) {
    it(`${flood} runs to its end before anything else has a turn`, async () => {
      const { tasks, before_turn, before_timer, before_input } = (await run(flood)).totals;
      expect(tasks).toBeGreaterThan(10 * EVERY);
      const all = [before_turn, before_timer, before_input];
      expect(all).toEqual([tasks, tasks, tasks]);
    });
  }

  it('lets the loop have its turn as agreed where it yields', async () => {
    const { totals } = await run('flood-yielding');
    expect(totals.before_turn).toBe(EVERY);
    // After the first turn for what it found ready, or the next one.
    expect(totals.before_input).toBeLessThanOrEqual(2 * EVERY);
    expect(totals.before_timer, 'the timer has its turn before the end').toBeLessThan(
      totals.tasks!,
    );
  });
});
