// What cannot be saved costs itself alone: a record that does not fit is told as a fault of ours and the
// others are written; a disk that refuses is told once.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../lab/cli/terminal/output.ts';
import { readRunFolder } from '../../lab/records/read.ts';
import type { LabRecord, LabRun } from '../../lab/records/schema.ts';
import { Keeper, type Kept } from '../../lab/run/keeper.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { fakeRecord, fakeRun } from '../helpers/records.ts';

const good = fakeRecord({ driver: 'epoll' });
const other = fakeRecord({ driver: 'blocking' });
const bad: LabRecord = { ...fakeRecord({ driver: 'poll' }), fix: 'x'.repeat(2000) };

/** A bench that gives these records, all of them with a sample. */
const benchOf = (...records: LabRecord[]): Kept => ({
  records: () => records,
  series: records.map(({ id }) => ({ id, samples: [Float64Array.of(1)] })),
});

const runOf = (records: LabRecord[]): LabRun => ({ ...fakeRun(), records });

function keeperIn(folder: string): Keeper {
  const keeper = new Keeper(folder);
  keeper.common = {} as Keeper['common'];
  return keeper;
}

describe('a record that does not fit the schema', () => {
  it('is not saved, and all others and their run are', () => {
    const folder = temporaryFolder('kept');
    const keeper = keeperIn(folder);
    const bench = benchOf(good, bad, other);
    keeper.checkpoint(bench, true);
    const records = keeper.finish([bench], undefined);
    expect(records, 'what was measured is reported whole').toHaveLength(3);
    keeper.keepRun(runOf(records));
    const { run, records: kept } = readRunFolder(folder);
    expect(kept.map(({ driver }) => driver).sort()).toEqual(['blocking', 'epoll']);
    expect(run?.records).toHaveLength(2);
    expect(exitCodeOf(keeper.unsaved), 'no file that the user named').toBe(70);
    expect(keeper.unsaved?.message).toMatch(/poll.*: fix: .*not saved, all else is in \S+kept/);
  });

  it('is forgiven where it fits at the end', () => {
    const folder = temporaryFolder('kept');
    const keeper = keeperIn(folder);
    keeper.checkpoint(benchOf(bad), false);
    expect(keeper.unsaved).toBeDefined();
    keeper.keepRun(runOf(keeper.finish([benchOf({ ...bad, fix: 'wait' })], undefined)));
    expect(keeper.unsaved).toBeUndefined();
    expect(readRunFolder(folder).records).toHaveLength(1);
  });
});

it('a disk that refuses is asked once, and told as it is', () => {
  const folder = join(temporaryFolder('kept'), 'run');
  writeFileSync(folder, 'a file where the folder should be');
  const keeper = keeperIn(folder);
  const bench = benchOf(good, bad);
  keeper.checkpoint(bench, true);
  keeper.keepRun(runOf(keeper.finish([bench], undefined)));
  expect(exitCodeOf(keeper.unsaved)).toBe(5);
});

it('where there is no record there is no run either', () => {
  const folder = temporaryFolder('kept');
  keeperIn(folder).keepRun(runOf([]));
  expect(readdirSync(folder)).toEqual([]);
});
