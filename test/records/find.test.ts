import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadRecord } from '../../lab/errors.ts';
import { findRecords, runFolders } from '../../lab/records/find.ts';
import { labHome, recordsFolder } from '../../lab/records/home.ts';
import { listPublished, readPublished } from '../../lab/records/published.ts';
import { writeRecord, writeRun } from '../../lab/records/write.ts';
import { fakeRecord, fakeRun } from '../helpers/records.ts';

let home: string;
const record = fakeRecord();
const run = fakeRun();

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'iolab-home-'));
  const [old, newest] = [join(home, 'records', 'old'), join(home, 'records', run.run_id)];
  writeRecord(old, { ...record, id: 'lone', run_id: 'old' });
  utimesSync(join(old, 'lone.json'), 1000, 1000);
  for (const one of run.records) writeRecord(newest, one);
  writeRun(newest, run);
  mkdirSync(join(home, 'records', 'empty'));
  mkdirSync(join(home, 'records', 'broken'));
  writeFileSync(join(home, 'records', 'broken', 'b.json'), '{');
  utimesSync(join(home, 'records', 'broken', 'b.json'), 2000, 2000);
  if (process.platform !== 'win32') {
    symlinkSync('nowhere', join(home, 'records', 'dangling'));
    symlinkSync('nowhere', join(home, 'records', 'empty', 'dangling.json'));
  }
});
afterAll(() => rmSync(home, { recursive: true }));

describe('what a reader types', () => {
  it('a record id, past broken neighbours', () => {
    const found = findRecords('lone', home);
    expect(found.records.map(one => one.id)).toEqual(['lone']);
    expect(found.run).toBeUndefined();
  });

  it('a run id, the run folder, its run document or `last`: the whole run', () => {
    const folder = join(home, 'records', run.run_id);
    for (const reference of [run.run_id, folder, join(folder, 'run.json'), 'last']) {
      expect(findRecords(reference, home).run, reference).toEqual(run);
    }
  });

  it('a folder of run folders: all their records', () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-runs-'));
    writeRecord(join(folder, 'a'), record);
    writeRecord(join(folder, 'b'), { ...record, id: 'second' });
    expect(findRecords(folder, home).records).toHaveLength(2);
    rmSync(folder, { recursive: true });
  });

  it('a file saved from run --json', () => {
    const file = join(home, 'saved.json');
    writeFileSync(file, JSON.stringify(run));
    expect(findRecords(file, home).run).toEqual(run);
  });

  it('nothing of ours: refused, with the way out', () => {
    expect(() => findRecords('nobody', home)).toThrow(/newest run is called last/);
    expect(() => findRecords('', home)).toThrow(BadRecord);
    expect(() => findRecords('../../etc/passwd\u0000', home)).toThrow(BadRecord);
    expect(() => findRecords('empty', home)).toThrow(/holds no records|dangling.json: there is no/);
    expect(() => findRecords('broken', home)).toThrow(/b\.json: line 1, column 2/);
    expect(() => findRecords('last', join(home, 'nowhere'))).toThrow(/holds no run yet/);
  });

  it('a renamed record is not believed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-renamed-'));
    writeFileSync(join(folder, 'other.json'), JSON.stringify(record));
    expect(() => findRecords(folder, home)).toThrow(/differs from the file name/);
    rmSync(folder, { recursive: true });
  });

  it('sorts runs by time, newest last', () => {
    const names = runFolders(recordsFolder(home)).map(path => path.split(/[\\/]/).at(-1));
    expect(names).toEqual(['empty', 'old', 'broken', run.run_id]);
  });
});

it('the home is where IOLAB_HOME says', () => {
  const before = process.env.IOLAB_HOME;
  process.env.IOLAB_HOME = home;
  expect(labHome()).toBe(home);
  delete process.env.IOLAB_HOME;
  expect(labHome()).toMatch(/\.iolab$/);
  if (before !== undefined) process.env.IOLAB_HOME = before;
});

describe('published records', () => {
  it('are listed by machine, however deep', () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-published-'));
    writeRecord(join(folder, 'm2', 'run'), record);
    writeRun(join(folder, 'm1'), run);
    writeFileSync(join(folder, 'README.md'), 'no machine');
    const listed = readPublished(folder);
    expect(listed.map(one => [one.machine, one.relative_path])).toEqual([
      ['m1', 'm1/run.json'],
      ['m2', `m2/run/${record.id}.json`],
    ]);
    expect(listed[1]!.document).toEqual(record);
    rmSync(folder, { recursive: true });
    expect(listPublished(folder)).toEqual([]);
  });

  it('in this project are all good ones', () => {
    expect(() => readPublished()).not.toThrow();
  });
});
