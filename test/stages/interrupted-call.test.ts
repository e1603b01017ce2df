// Interrupted calls, for real. A signal that comes late may find a sleep over, so a few waits may escape;
// what the kernel resumes, and what the cure finishes, admits of no exception.
import { describe, expect, it } from 'vitest';
import { findExperiment } from '../../lab/experiments/find.ts';
import { runStage } from '../helpers/stages.ts';

const WAITS = 5;
const MOST = 4;
const run = async (stage: string, call: string) =>
  (await runStage('interrupted-call', stage, { call }, { samples: WAITS })).totals;
const all = (await findExperiment('interrupted-call')).settings.call?.values ?? [];
const timed = all.filter(call => call !== 'read');

describe.runIf(process.platform === 'linux')('interrupted calls', () => {
  it('are a read and four that wait for a time', () => {
    expect(timed).toHaveLength(4);
  });

  for (const call of all) {
    it(`${call} is given up where −1 is a failure, and finished with the time that remains`, async () => {
      const naive = await run('interrupted-naive', call);
      expect(naive.given_up).toBeGreaterThanOrEqual(MOST);
      expect(naive.interrupted, 'one signal is enough').toBe(naive.given_up);
      const cured = await run('interrupted-retry', call);
      expect(cured).toMatchObject({ finished: WAITS, given_up: 0, endless: 0 });
      expect(cured.interrupted, 'it was interrupted as well').toBeGreaterThan(WAITS);
    });
  }

  it('read is resumed by the kernel where the handler says so', async () => {
    const { finished, interrupted } = await run('interrupted-restart', 'read');
    expect({ finished, interrupted }).toEqual({ finished: WAITS, interrupted: 0 });
  });

  for (const call of timed) {
    it(`${call} is resumed by no handler, and never ends where it begins anew`, async () => {
      expect((await run('interrupted-restart', call)).given_up).toBeGreaterThanOrEqual(MOST);
      expect((await run('interrupted-anew', call)).endless).toBeGreaterThanOrEqual(MOST);
    });
  }

  it('read may begin anew: its device keeps the answer', async () => {
    expect(await run('interrupted-anew', 'read')).toMatchObject({ finished: WAITS, endless: 0 });
  });
});
