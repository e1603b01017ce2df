// Event flags of Windows, for real under Wine: an event that was set twice before the wait is up once; a
// semaphore, an event for each operation and posted packets lose nothing; one wait takes 64 events.
import { describe, expect, it } from 'vitest';
import { measured } from '../../helpers/measured.ts';
import { whereWine } from '../../helpers/wine.ts';
import { runInside } from '../under-wine.ts';

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
  const answers = measured(() => runInside(asked), 300_000);
  const counted = (stage: string, pending: number) =>
    answers().of(stage, { pending: String(pending) });
  const reason = (stage: string, pending: number): string => {
    const told = answers().told(stage, { pending: String(pending) });
    return 'error' in told ? told.error : `${stage} ran: ${JSON.stringify(told.totals)}`;
  };

  it('lose exactly one operation of every two where one event is set for both', () => {
    const { raised = 0, ...rest } = counted('event-auto-reset', 10);
    expect(raised).toBeGreaterThanOrEqual(2 * TURNS);
    expect(rest).toEqual({ handled: raised / 2, lost: raised / 2 });
  });

  it('lose nothing where one operation is pending', () => {
    expect(counted('event-auto-reset', 1).lost).toBe(0);
  });

  it.each([
    ['event-semaphore', 10],
    ['event-port', 10],
    ['event-each', 10],
    ['event-each', 64],
  ])('%s loses nothing with %i pending', (stage, pending) => {
    const { raised, ...rest } = counted(stage, pending);
    expect(raised).toBeGreaterThanOrEqual(2 * TURNS);
    expect(rest).toEqual({ handled: raised, lost: 0 });
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
