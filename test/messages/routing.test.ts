// Input that is injected into windows of the lab's own, under Wine: which of them is told.
import { beforeAll, describe, expect, it } from 'vitest';
import { whereWine } from '../helpers/wine.ts';
import type { Asked } from './inside.ts';
import { type Answers, runInside } from './under-wine.ts';

const TRIES = 20;
/** A click that is lost is waited for: fewer of them. */
const FEW = 5;
const CLICKS = ['click-topmost', 'click-transparent', 'click-captured'];
const OTHERS = ['keys-focus', 'keys-unfocused', 'raw-beside'];
const KINDS = ['children', 'top-level'] as const;

const asked = (stage: string, tries: number, windows?: string): Asked => ({
  experiment: 'device-to-window',
  stage,
  parameters: { tries: String(tries), ...(windows === undefined ? {} : { windows }) },
});

describe.runIf(whereWine())('input under Wine', () => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await runInside([
      ...KINDS.flatMap(windows => CLICKS.map(stage => asked(stage, FEW, windows))),
      ...OTHERS.map(stage => asked(stage, TRIES)),
    ]);
  });

  for (const windows of KINDS) {
    it(`by mouse goes to the one in front of ${windows} windows`, () => {
      const totals = answers.of('click-topmost', { windows });
      expect(totals).toMatchObject({ handled: FEW, at_topmost: FEW, at_next: 0, lost: 0 });
      expect(totals.hit_tests).toBeGreaterThanOrEqual(FEW);
    });

    it(`by mouse goes to the one of ${windows} windows that captured it, unasked`, () => {
      expect(answers.of('click-captured', { windows })).toMatchObject({
        at_captor: FEW,
        hit_tests: 0,
        lost: 0,
      });
    });
  }

  it('by mouse goes through a child that says so, to the next', () => {
    const windows = 'children';
    expect(answers.of('click-transparent', { windows })).toMatchObject({
      at_topmost: 0,
      at_next: FEW,
      lost: 0,
    });
  });

  it('by mouse is lost under Wine at a top-level window that says so', () => {
    const windows = 'top-level';
    expect(answers.of('click-transparent', { windows })).toMatchObject({ handled: 0, lost: FEW });
  });

  it('by keyboard goes to the focus, whatever is under the pointer', () => {
    expect(answers.of('keys-focus')).toMatchObject({
      handled: TRIES,
      at_focus: TRIES,
      at_pointer: 0,
      as_system_keys: 0,
      characters: TRIES,
    });
  });

  it('by keyboard goes to the active window as system keys where nothing has the focus', () => {
    expect(answers.of('keys-unfocused')).toMatchObject({
      at_active: TRIES,
      at_pointer: 0,
      as_system_keys: TRIES,
      characters: 0,
    });
  });

  it('is all there in the raw, and merged where it was routed', () => {
    const { given, raw, moves, moves_given, clicks, keys } = answers.of('raw-beside');
    expect(raw).toBe(given);
    expect(moves).toBeLessThan(moves_given!);
    expect({ clicks, keys }).toEqual({ clicks: TRIES, keys: TRIES });
  });
});
