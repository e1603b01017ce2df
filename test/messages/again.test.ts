// The same stages again and again: none hangs, none counts otherwise than before, nothing of Wine is left
// (test/helpers/wine.ts looks after each). Long, so only with IOLAB_LONG=1.
import { describe, expect, it } from 'vitest';
import { whereWine } from '../helpers/wine.ts';
import { runInside } from '../stages/under-wine.ts';
import { MESSAGES, READS, ROUTED } from './asked.ts';

const long = process.env.IOLAB_LONG === '1';
if (!long) console.warn('skipped: fifty runs under Wine take half an hour; IOLAB_LONG=1 runs them');
const RUNS = 50;
const RUN_MS = 100_000;
const ALL = [...MESSAGES, ...ROUTED, ...READS];

describe.runIf(long && whereWine())('messages under Wine, again and again', () => {
  it(`answer ${RUNS} of ${RUNS} times`, { timeout: RUNS * RUN_MS }, async () => {
    for (let run = 1; run <= RUNS; run++) {
      const answers = await runInside(ALL);
      if (run % 10 === 0) console.log(`${run} of ${RUNS} runs`);
      const lost = ALL.filter(({ stage, parameters }) => {
        const { given, handled, lost = 0 } = answers.of(stage, parameters);
        return handled !== undefined && handled + lost !== given;
      });
      // Broadcasts are handled by more than one window.
      expect(
        lost.map(({ stage }) => stage).filter(stage => stage !== 'message-broadcast'),
        `run ${run}`,
      ).toEqual([]);
    }
  });
});
