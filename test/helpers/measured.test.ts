// A test that is tried again must not be judged by the numbers it has failed on. Some of these fail at first.
import { afterAll, describe, expect, it } from 'vitest';
import { measured, onRetry } from './measured.ts';

const LIMIT_MS = 1000;

describe('what is measured for a suite', () => {
  let times = 0;
  const number = measured(async () => ++times, LIMIT_MS);

  it.each(['the first', 'the second'])('serves %s of its tests', () => {
    expect(number(), 'one measurement serves all').toBe(1);
  });

  it('is measured anew for a test that is tried again', { retry: 1 }, () => {
    expect(number(), 'the retry must see numbers of its own').toBe(2);
  });

  it('serves the next with what was measured last', () => {
    expect(number()).toBe(2);
  });
});

describe('a measurement that fails', () => {
  let times = 0;
  const number = measured(async () => {
    if (++times === 1) throw new Error('not yet');
    return times;
  }, LIMIT_MS);

  it('is tried again with the test', { retry: 1 }, () => expect(number()).toBe(2));
});

describe('a measurement that always fails', () => {
  let times = 0;
  measured(async () => {
    times++;
    throw new Error('never');
  }, LIMIT_MS);

  it.fails.each(['first', 'second', 'third'])('fails the %s of its tests', () => {});

  afterAll(() => expect(times, 'it may take minutes: begin it twice at most').toBe(2));
});

describe('what is kept by hand', () => {
  const forgotten: string[] = [];
  onRetry(() => void forgotten.push('again'));

  it('is forgotten before a test is tried again, and not before', { retry: 1 }, () => {
    expect(forgotten).toEqual(['again']);
  });
});
