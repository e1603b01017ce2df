// The stages of windows and their messages, for real under Wine: who answers, in which order, what overtakes
// what, what merges, what deadlocks. All in one process, because starting one there is slow.
import { beforeAll, describe, expect, it } from 'vitest';
import { whereWine } from '../helpers/wine.ts';
import { type Answers, runInside } from '../stages/under-wine.ts';
import { CROWD, MESSAGES, TRIES } from './asked.ts';

const MEANWHILE = 20;
const POSTED = 20_000;

describe.runIf(whereWine())('messages under Wine', () => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await runInside(MESSAGES);
  });

  it('are posted through the queue, and the call returns at once', () => {
    for (const from of ['same', 'other']) {
      expect(answers.of('message-post', { from })).toMatchObject({
        given: TRIES,
        handled: TRIES,
        queued: TRIES,
        awaited: 0,
        overtaken: 0,
        out_of_order: 0,
      });
    }
    expect(answers.of('message-post', { from: 'same' }).by_caller).toBe(TRIES);
    expect(answers.of('message-post', { from: 'other' })).toMatchObject({
      by_caller: 0,
      by_owner: TRIES,
      while_busy: TRIES,
    });
  });

  it('posted to a thread reach no window procedure', () => {
    for (const from of ['same', 'other']) {
      expect(answers.of('message-thread', { from })).toMatchObject({
        queued: TRIES,
        by_loop: TRIES,
        by_caller: 0,
        by_owner: 0,
        overtaken: 0,
      });
    }
  });

  for (const stage of ['message-send', 'message-timed', 'message-notify']) {
    it(`by ${stage} to a window of one's own are a plain call`, () => {
      expect(answers.of(stage, { from: 'same' })).toMatchObject({
        handled: TRIES,
        queued: 0,
        by_caller: TRIES,
        awaited: TRIES,
        overtaken: 3 * TRIES,
      });
    });
  }

  for (const stage of ['message-send', 'message-timed']) {
    it(`by ${stage} to another thread wait for it, and overtake what was posted`, () => {
      expect(answers.of(stage, { from: 'other' })).toMatchObject({
        queued: 0,
        by_owner: TRIES,
        awaited: TRIES,
        while_busy: 0,
        overtaken: 3 * TRIES,
      });
    });
  }

  it('by message-notify overtake what was posted, and nobody waits', () => {
    expect(answers.of('message-notify', { from: 'other' })).toMatchObject({
      queued: 0,
      by_owner: TRIES,
      awaited: 0,
      while_busy: TRIES,
      overtaken: 3 * TRIES,
    });
  });

  it('of many senders are answered one at a time, by the thread that owns the window', () => {
    const { senders, ...totals } = answers.of('message-crowd');
    expect(senders).toBeGreaterThan(1);
    expect(totals).toMatchObject({
      handled: CROWD * senders!,
      queued: 0,
      at_once: 1,
      threads: 1,
      out_of_order: 0,
    });
  });

  it('to everybody reach top-level windows only', () => {
    expect(answers.of('message-broadcast')).toMatchObject({
      at_top_level: 2 * TRIES,
      at_children: 0,
      at_message_only: 0,
    });
  });

  it('of a registered name go from one program to another', () => {
    expect(answers.of('message-registered')).toMatchObject({
      given: TRIES,
      handled: TRIES,
      in_other_process: TRIES,
      wrong_answers: 0,
    });
  });

  for (const stage of ['crossed-send', 'crossed-msgwait']) {
    it(`that cross are answered by ${stage}, inside the wait`, () => {
      expect(answers.of(stage)).toMatchObject({ answered: TRIES, timed_out: 0, nested: TRIES });
    });
  }

  for (const stage of ['crossed-blocked', 'crossed-event']) {
    it(`that cross are a deadlock by ${stage}, which a bound ends`, () => {
      expect(answers.of(stage)).toMatchObject({ answered: 0, timed_out: TRIES, nested: 0 });
    });
  }

  it('wait for a long handler, and ticks and drawing become one each', () => {
    const { ticks_due, ...totals } = answers.of('handler-long');
    expect(totals).toMatchObject({
      handled: MEANWHILE,
      waited: MEANWHILE,
      inside: 0,
      ticks: 1,
      paints: 1,
      paints_asked: MEANWHILE,
    });
    expect(ticks_due).toBeGreaterThan(5);
  });

  it('do not wait where a thread works, nor where the handler takes them itself', () => {
    const thread = answers.of('handler-thread');
    const pumps = answers.of('handler-pumps');
    expect(thread).toMatchObject({ handled: MEANWHILE, waited: 0, inside: 0 });
    expect(pumps).toMatchObject({ handled: MEANWHILE, waited: 0, inside: MEANWHILE });
    for (const { ticks, paints } of [thread, pumps]) {
      expect(ticks).toBeGreaterThan(1);
      expect(paints).toBeGreaterThan(1);
    }
  });

  it('that were accepted by a queue come out of it, in their order', () => {
    const { accepted, refused, lost, out_of_order } = answers.of('queue-full');
    expect(accepted! + refused!).toBe(POSTED);
    expect({ lost, out_of_order }).toEqual({ lost: 0, out_of_order: 0 });
  });

  it('are accepted under Wine beyond the end that a queue has on Windows', () => {
    expect(answers.of('queue-full')).toMatchObject({ accepted: POSTED, refused: 0 });
  });

  it('of keys become characters where the loop translates them, and only there', () => {
    const keys = 5 * TRIES;
    expect(answers.of('keys-translated')).toMatchObject({ key_downs: keys, characters: keys });
    expect(answers.of('keys-untranslated')).toMatchObject({ key_downs: keys, characters: 0 });
  });
});
