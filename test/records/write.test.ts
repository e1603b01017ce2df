import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadRecord, CannotSave } from '../../lab/errors.ts';
import { readRecordFile, readRunFolder } from '../../lab/records/read.ts';
import {
  type FileCalls,
  readSamples,
  sweepTemporary,
  writeRecord,
  writeRun,
  writeSamples,
} from '../../lab/records/write.ts';
import { fakeRecord, fakeRun } from '../helpers/records.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'iolab-write-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** The real calls, one of which fails with an errno. */
function failing(call: keyof FileCalls, code: string): FileCalls {
  const fail = () => {
    throw Object.assign(new Error(`${code}: simulated`), { code });
  };
  return { ...fs, [call]: fail };
}

describe('saving', () => {
  it('reads back what it wrote, and leaves nothing else', () => {
    const record = fakeRecord();
    const path = writeRecord(folder, record);
    expect(path).toBe(join(folder, `${record.id}.json`));
    expect(readRecordFile(path)).toEqual(record);
    expect(fs.readdirSync(folder)).toEqual([`${record.id}.json`]);
  });

  it('keeps a run with its records beside it, in their order', () => {
    const run = fakeRun();
    for (const record of run.records) writeRecord(folder, record);
    writeRun(folder, run);
    const back = readRunFolder(folder);
    expect(back.records).toEqual(run.records);
    expect(back.run?.records).toEqual(run.records.map(one => one.id));
    expect(back.run?.comparisons).toEqual(run.comparisons);
  });

  it('reads the records of a run that was killed before its run document', () => {
    writeRecord(folder, fakeRecord());
    expect(readRunFolder(folder)).toEqual({ folder, records: [fakeRecord()] });
  });

  it('refuses what could not be read again, and writes nothing', () => {
    const bad = fakeRecord({ over: { seed: Number.NaN } });
    expect(() => writeRecord(folder, bad)).toThrow(BadRecord);
    expect(() => writeRecord(folder, fakeRecord({ over: { id: '../out' } }))).toThrow(/id/);
    expect(() => writeRecord(folder, fakeRecord({ over: { id: 'run' } }))).toThrow(/reserved/);
    expect(() => writeRun(folder, { ...fakeRun(), run_id: 'a/b' })).toThrow(/run_id/);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['writeSync', 'ENOSPC', /The disk is full: free some space/],
    ['openSync', 'EACCES', /No permission to write there/],
    ['mkdirSync', 'EROFS', /read-only/],
    ['writeSync', 'EFBIG', /ulimit -f/],
    ['fsyncSync', 'EIO', /choose another folder/i],
    ['renameSync', 'EPERM', /No permission/],
    ['closeSync', 'EDQUOT', /quota/],
  ] as const)(
    '%s failing with %s: says so, keeps the old file, leaves no temporary',
    (call, code, words) => {
      const before = fakeRecord({ p50_ns: 5000 });
      const path = writeRecord(folder, before);
      const after = fakeRecord({ p50_ns: 9000 });
      const save = () => writeRecord(folder, after, failing(call, code));
      expect(save).toThrow(CannotSave);
      expect(save).toThrow(words);
      expect(save).toThrow(`cannot save ${path}: ${code}`);
      expect(readRecordFile(path)).toEqual(before);
      expect(fs.readdirSync(folder)).toEqual([`${before.id}.json`]);
    },
  );

  it.each(['EINVAL', 'ENOTSUP', 'EACCES'])(
    'saves where the file system knows no fsync of a folder (%s)',
    code => {
      let synced = 0;
      const onlyFiles = ((fd: number) => {
        if (!fs.fstatSync(fd).isDirectory()) return fs.fsyncSync(fd);
        synced++;
        throw Object.assign(new Error(code), { code });
      }) as typeof fs.fsyncSync;
      const record = fakeRecord();
      const path = writeRecord(folder, record, { ...fs, fsyncSync: onlyFiles });
      expect(readRecordFile(path)).toEqual(record);
      expect(synced).toBe(process.platform === 'win32' ? 0 : 1);
    },
  );

  it('writes on after a short write', () => {
    const short = ((fd: number, bytes: Buffer, from: number, length: number) =>
      fs.writeSync(fd, bytes, from, Math.min(7, length))) as typeof fs.writeSync;
    const record = fakeRecord({ rounds: 2 });
    expect(readRecordFile(writeRecord(folder, record, { ...fs, writeSync: short }))).toEqual(
      record,
    );
  });

  it('says that a file stands where the folder should be', () => {
    fs.writeFileSync(join(folder, 'taken'), '');
    expect(() => writeRecord(join(folder, 'taken', 'run'), fakeRecord())).toThrow(/ENOTDIR/);
  });

  it.runIf(process.platform === 'linux')(
    'meets a real file size limit with its old file whole',
    () => {
      const script = `
      import { writeRecord } from ${JSON.stringify(new URL('../../lab/records/write.ts', import.meta.url).href)};
      import { fakeRecord } from ${JSON.stringify(new URL('../helpers/records.ts', import.meta.url).href)};
      try { writeRecord(${JSON.stringify(folder)}, fakeRecord()); console.log('saved'); }
      catch (error) { console.log(error.name + ': ' + error.message); }`;
      const file = join(folder, 'save.mts');
      fs.writeFileSync(file, script);
      // SIGXFSZ ignored, write(2) answers EFBIG; the limit counts blocks of 1 024 bytes.
      const command = `trap '' XFSZ; ulimit -f 4; exec ${JSON.stringify(process.execPath)} ${JSON.stringify(file)}`;
      const done = spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 20_000 });
      expect(done.stdout + done.stderr).toMatch(/^CannotSave: cannot save .*: EFBIG/);
      expect(fs.readdirSync(folder)).toEqual(['save.mts']);
    },
  );
});

describe('raw samples', () => {
  const rounds = [Float64Array.of(1, 2.5, -0), Float64Array.of(), Float64Array.of(1e15)];

  it('come back bit for bit, round after round, as little-endian doubles', () => {
    const samples = writeSamples(folder, 'a', rounds);
    expect(samples).toMatchObject({ file: 'a.f64', n: 4 });
    const bytes = fs.readFileSync(join(folder, 'a.f64'));
    expect(bytes.readDoubleLE(8)).toBe(2.5);
    const record = fakeRecord({ over: { samples } });
    expect([...readSamples(folder, record)]).toEqual([1, 2.5, -0, 1e15]);
  });

  it('are not written outside their folder', () => {
    expect(() => writeSamples(folder, '../a', rounds)).toThrow(BadRecord);
  });

  it('are refused when changed, cut or gone', () => {
    const record = fakeRecord({ over: { samples: writeSamples(folder, 'a', rounds) } });
    const path = join(folder, 'a.f64');
    const bytes = fs.readFileSync(path);
    bytes[0] = 1;
    fs.writeFileSync(path, bytes);
    expect(() => readSamples(folder, record)).toThrow(/sha256/);
    fs.truncateSync(path, 8);
    expect(() => readSamples(folder, record)).toThrow(/32 bytes/);
    fs.unlinkSync(path);
    expect(() => readSamples(folder, record)).toThrow(/ENOENT/);
    expect(() => readSamples(folder, fakeRecord())).toThrow(/no raw samples/);
  });
});

describe('sweeping', () => {
  it('removes what dead writers left, here and one folder down, and nothing else', () => {
    const run = join(folder, 'run-1');
    fs.mkdirSync(run);
    const dead = deadPid();
    const alive = process.ppid;
    for (const path of [
      join(folder, `.a.json.${dead}.0.tmp`),
      join(run, `.b.json.${dead}.12.tmp`),
      join(run, `.c.json.${alive}.0.tmp`),
      // A writer of the same number as this process, before it: containers give the same ones again.
      join(run, `.e.json.${process.pid}.3.tmp`),
      join(run, 'd.json'),
      join(run, '.hidden'),
    ]) {
      fs.writeFileSync(path, 'x');
    }
    expect(sweepTemporary(folder)).toBe(3);
    expect(fs.readdirSync(run).sort()).toEqual([`.c.json.${alive}.0.tmp`, '.hidden', 'd.json']);
    expect(sweepTemporary(join(folder, 'not-there'))).toBe(0);
  });
});

/** The number of a process that has ended. */
function deadPid(): number {
  return Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
}
