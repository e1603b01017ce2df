// Reads whose results reach a window, under Wine: every byte right in all four forms, and the loop free in
// all but the one that reads in its window procedure.
import { beforeAll, describe, expect, it } from 'vitest';
import { whereWine } from '../helpers/wine.ts';
import { type Answers, runInside } from '../stages/under-wine.ts';
import { FREE, READS } from './asked.ts';

const STAGES = [...FREE, 'blocking-in-window'];

describe.runIf(whereWine())('reads of a program with a window, under Wine', () => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await runInside(READS);
  });

  for (const stage of STAGES) {
    it(`${stage} brings every byte, to the thread of the window`, () => {
      const { operations, bytes, sent_bytes, by_owner, ...totals } = answers.of(stage);
      expect(totals).toMatchObject({ wrong_bytes: 0, lost_bytes: 0 });
      expect(bytes).toBe(sent_bytes);
      expect(sent_bytes).toBeGreaterThan(100_000);
      expect(by_owner).toBe(operations);
    });
  }

  for (const stage of FREE) {
    it(`${stage} leaves the loop free for ticks`, () => {
      expect(answers.of(stage).ticks).toBeGreaterThan(2);
    });
  }

  it('blocking-in-window handles none until it is through', () => {
    const { ticks, ticks_due } = answers.of('blocking-in-window');
    expect(ticks_due).toBeGreaterThan(5);
    expect(ticks).toBeLessThanOrEqual(1);
  });

  it('port-to-window tells of each read by a message, from more than one worker', () => {
    const { posted, operations, workers } = answers.of('port-to-window');
    expect(posted).toBe(operations);
    expect(workers).toBeGreaterThan(0);
  });

  it('event-to-window needs no message for a read', () => {
    expect(answers.of('event-to-window').posted).toBeUndefined();
  });
});
