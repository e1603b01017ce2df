// Event flags of Windows, for real under Wine: an event that was set twice before the wait is up once; a
// semaphore, an event for each operation and posted packets lose nothing; one wait takes 64 events.
import { beforeAll, describe, expect, it } from 'vitest';
import { whereWine } from '../../helpers/wine.ts';
import { askUnderWine } from '../under-wine.ts';

const TURNS = 500;
const asked = (
  [
    ['event-auto-reset', 10],
    ['event-auto-reset', 1],
    ['event-semaphore', 10],
    ['event-port', 10],
    ['event-each', 10],
    ['event-each', 64],
    ['event-each', 65],
    ['flag-plain', 10],
  ] as const
).map(([stage, pending]) => ({
  experiment: 'lost-event',
  stage,
  parameters: { turns: String(TURNS), pending: String(pending) },
}));

describe.runIf(whereWine())('event flags of Windows', () => {
  let told: Awaited<ReturnType<typeof askUnderWine>>;
  beforeAll(async () => {
    told = await askUnderWine(asked);
  }, 300_000);
  const of = (stage: string, pending: number) =>
    told[
      asked.findIndex(one => one.stage === stage && one.parameters.pending === String(pending))
    ]!;
  const counted = (stage: string, pending: number) => {
    const answer = of(stage, pending);
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  };
  const reason = (stage: string, pending: number): string => {
    const answer = of(stage, pending);
    return 'error' in answer ? answer.error : `${stage} ran: ${JSON.stringify(answer.totals)}`;
  };

  it('lose exactly one operation of every two where one event is set for both', () => {
    const { n, totals } = counted('event-auto-reset', 10);
    const { raised = 0, ...rest } = totals;
    expect(raised).toBeGreaterThanOrEqual(2 * TURNS);
    expect(rest).toEqual({ handled: raised / 2, lost: raised / 2 });
    expect(n, 'one in every counted turn').toBe(TURNS);
  });

  it('lose nothing where one operation is pending', () => {
    expect(counted('event-auto-reset', 1).totals.lost).toBe(0);
  });

  it.each([
    ['event-semaphore', 10],
    ['event-port', 10],
    ['event-each', 10],
    ['event-each', 64],
  ])('%s loses nothing with %i pending', (stage, pending) => {
    const { n, totals } = counted(stage, pending);
    expect(n).toBe(2 * TURNS);
    expect(totals).toEqual({ raised: totals.raised, handled: totals.raised, lost: 0 });
  });

  it('one wait refuses the sixty-fifth event, and the reason names the limit and the error', () => {
    const text = reason('event-each', 65);
    expect(text).toMatch(/^Unsupported: WaitForMultipleObjects takes 64 handles at most/);
    expect(text).toContain('with 65 it fails with ERROR_INVALID_PARAMETER (Windows error 87)');
    expect(text).toContain('completion port');
  });

  it('flags of Linux say that they are not here', () => {
    expect(reason('flag-plain', 10)).toMatch(/^Unsupported: it is staged with calls of Linux/);
  });
});
