// The list of exercises: empty or not, each belongs to a page of the course; a list that is none is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXERCISES, exercisesOf, readExercises } from '../../site/data/exercises.ts';
import { SIDEBAR } from '../../site/data/sidebar.ts';

const folder = mkdtempSync(join(tmpdir(), 'iolab-exercises-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (value: unknown) => {
  const file = join(folder, 'exercises.json');
  writeFileSync(file, JSON.stringify(value));
  return readExercises(file);
};

describe('exercises', () => {
  it('belong to pages of the course', () => {
    const slugs = new Set(SIDEBAR.flatMap(({ items }) => items.map(({ slug }) => slug)));
    const strange = Object.keys(EXERCISES).filter(page => !slugs.has(page));
    expect(strange, 'no page of the sidebar').toEqual([]);
  });

  it('are those of the page that is asked for, and none of any other', () => {
    const one = { title: 'Poll less', href: '/hybrid/', minutes: 20 };
    expect(exercisesOf('polling', read({ polling: [one] }))).toEqual([one]);
    expect(exercisesOf('hybrid', read({ polling: [one] }))).toEqual([]);
    expect(exercisesOf('constructor', read({}))).toEqual([]);
  });

  it.each([
    [[]],
    [{ polling: {} }],
    [{ polling: [{ title: 'a' }] }],
    [{ polling: [{ title: 'a', href: '/', minutes: 0 }] }],
  ])('refuse %j, by name', value => {
    expect(() => read(value)).toThrow(/exercises\.json/);
  });
});
