// One call waits for five kinds of things, and poll's three reasons are told apart: each as often as it
// was made to happen, and nothing left behind.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const TRIES = 10;

describe.runIf(process.platform === 'linux')('one wait', () => {
  it('sees each of the five kinds as often as it happened', async () => {
    const { totals, n } = await runStage('one-wait', 'wait-five', {}, { samples: TRIES });
    for (const kind of ['data', 'signal', 'timer', 'process', 'flag']) {
      expect(totals[`${kind}_events`], kind).toBe(TRIES);
    }
    expect(n).toBe(5 * TRIES);
    expect(totals.waits, 'one wait may bring several').toBeLessThanOrEqual(5 * TRIES);
  });

  it('tells data, the end of the time and a signal apart', async () => {
    const { totals } = await runStage('one-wait', 'wait-three', {}, { samples: TRIES });
    expect(totals).toMatchObject({
      data_events: TRIES,
      timeouts: TRIES,
      signal_events: TRIES,
      waits: 3 * TRIES,
    });
  });
});
