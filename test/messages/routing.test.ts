// Input that is injected into windows of the lab's own, under Wine: which of them is told.
import { beforeAll, describe, expect, it } from 'vitest';
import { whereWine } from '../helpers/wine.ts';
import { type Answers, runInside } from '../stages/under-wine.ts';
import { EVENTS, KINDS, ROUTED, TRIES } from './asked.ts';

describe.runIf(whereWine())('input under Wine', () => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await runInside(ROUTED);
  });

  for (const windows of KINDS) {
    it(`by mouse goes to the one in front of ${windows} windows`, () => {
      const totals = answers.of('click-topmost', { windows });
      expect(totals).toMatchObject({ handled: TRIES, at_topmost: TRIES, at_next: 0, lost: 0 });
      expect(totals.hit_tests).toBeGreaterThanOrEqual(TRIES);
    });

    it(`by mouse goes to the one of ${windows} windows that captured it, unasked`, () => {
      expect(answers.of('click-captured', { windows })).toMatchObject({
        at_captor: TRIES,
        hit_tests: 0,
        lost: 0,
      });
    });
  }

  it('by mouse goes through a child that says so, to the next', () => {
    const windows = 'children';
    expect(answers.of('click-transparent', { windows })).toMatchObject({
      at_topmost: 0,
      at_next: TRIES,
      lost: 0,
    });
  });

  it('by mouse is lost under Wine at a top-level window that says so', () => {
    const windows = 'top-level';
    expect(answers.of('click-transparent', { windows })).toMatchObject({ handled: 0, lost: TRIES });
  });

  it('by keyboard goes to the focus, whatever is under the pointer', () => {
    expect(answers.of('keys-focus')).toMatchObject({
      handled: EVENTS,
      at_focus: EVENTS,
      at_pointer: 0,
      as_system_keys: 0,
      characters: EVENTS,
    });
  });

  it('by keyboard goes to the active window as system keys where nothing has the focus', () => {
    expect(answers.of('keys-unfocused')).toMatchObject({
      at_active: EVENTS,
      at_pointer: 0,
      as_system_keys: EVENTS,
      characters: 0,
    });
  });

  it('is all there in the raw, and merged where it was routed', () => {
    const { given, raw, moves, moves_given, clicks, keys } = answers.of('raw-beside');
    expect(raw).toBe(given);
    expect(moves).toBeLessThan(moves_given!);
    expect({ clicks, keys }).toEqual({ clicks: EVENTS, keys: EVENTS });
  });
});
