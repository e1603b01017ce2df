// What is kept of files: nothing is read twice that did not change, and nothing that changed stays unseen.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keepWhileSame, readFresh } from '../../site/data/fresh.ts';

const folder = mkdtempSync(join(tmpdir(), 'iolab-fresh-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
/** Each writing is a second later than the one before, whatever the clock of the file system resolves. */
const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  written += 1;
  utimesSync(file, written, written);
  return file;
};

describe('a file', () => {
  it('is read again only where it changed', () => {
    const asked: string[] = [];
    const read = readFresh(file => asked.push(file));
    const file = write('one', 'a');
    expect([read(file), read(file)]).toEqual([1, 1]);
    write('one', 'b');
    expect(read(file)).toBe(2);
    expect(read(write('two', 'a'))).toBe(3);
    expect(asked).toHaveLength(3);
  });

  it('that could not be read is tried again', () => {
    let fails = true;
    const read = readFresh(() => {
      if (fails) throw new Error('torn');
      return 'whole';
    });
    const file = write('torn', 'a');
    expect(() => read(file)).toThrow('torn');
    fails = false;
    expect(read(file)).toBe('whole');
  });
});

describe('what is made of files', () => {
  it('is made again where one changed, came or went, and looked at once a page', () => {
    const files = [write('a', '1')];
    let [time, looks, made] = [0, 0, 0];
    const get = keepWhileSame(
      () => {
        looks += 1;
        return files;
      },
      () => ++made,
      () => time,
    );
    for (let at = 0; at < 100; at++) expect(get()).toBe(1);
    expect(looks, 'a hundred questions, one look').toBe(1);
    time = 1_000;
    expect(get(), 'nothing changed').toBe(1);
    expect(looks).toBe(2);
    write('a', '2');
    time = 2_000;
    expect(get()).toBe(2);
    files.push(write('b', '1'));
    time = 3_000;
    expect(get()).toBe(3);
    rmSync(files[1]!);
    time = 4_000;
    expect(get()).toBe(4);
  });
});
