// The disk fills up while a run saves: the results are printed all the same, the exit code is 5, the
// complaint says what to do, and no half-written file stays. A tiny tmpfs in a mount namespace of
// its own (unshare(1)) plays the full disk, so nothing is mounted for anybody else.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { LabRun } from '../../../lab/records/schema.ts';
import {
  complaints,
  launcher,
  ordinaryNode,
  startProgram,
  temporaryFolder,
} from '../../helpers/cli.ts';

const mount = (folder: string, size: string) => `mount -t tmpfs -o size=${size} tmpfs ${folder}`;
const probe = temporaryFolder('probe');
const tried = spawnSync('unshare', ['-rm', 'sh', '-c', mount(probe, '64k')], { encoding: 'utf8' });
const possible = tried.status === 0;
if (!possible)
  console.warn(`skipped: no tmpfs can be mounted here: ${tried.stderr || tried.error}`);

const WAKEUP = ['run', 'wakeup', '--driver', 'epoll,blocking', '--rate', '1000', '--rounds', '3'];

/** Run with `folder` on a tiny tmpfs; lists on standard error what is left in it afterwards. */
function onTinyDisk(args: readonly string[], folder: string, size: string, home: string) {
  const script = `${mount(folder, size)} && { "$@"; code=$?; find ${folder} -type f -printf 'left %p\\n' >&2; exit $code; }`;
  const words = ['unshare', '-rm', 'sh', '-c', script, 'sh', ordinaryNode, launcher, ...args];
  return startProgram(words, { home }).ended;
}

describe.runIf(possible)('a full disk', () => {
  it.each(['home', 'out'] as const)('as %s: results printed, exit 5, no half file', async where => {
    const folder = temporaryFolder('tiny');
    const home = where === 'home' ? folder : temporaryFolder();
    const out = where === 'out' ? ['--out', folder] : [];
    const args = [...WAKEUP, '--samples', '20', ...out, '--json'];
    // Four pages: the first record fits, a later one does not.
    const result = await onTinyDisk(args, folder, '16k', home);
    expect(result.code, result.err).toBe(5);
    const run = JSON.parse(result.out) as LabRun;
    expect(run.records.map(one => one.status)).toEqual(['ok', 'ok', 'ok']);
    expect(complaints(result.err)).toEqual([
      expect.stringMatching(/cannot save .*ENOSPC\. The disk is full: free some space.*--out/),
    ]);
    expect(result.err, 'a half-written file stayed').not.toMatch(/^left .*\.tmp$/m);
    expect(result.err, 'the run folder stayed').not.toContain(`left ${home}/tmp/`);
  });

  it('with no room for the file to be read: exit 5 and how to need less', async () => {
    const home = temporaryFolder('tiny');
    const result = await onTinyDisk(['run', 'disk-read', '--rounds', '1'], home, '4m', home);
    expect(result.code, result.err).toBe(5);
    expect(complaints(result.err)).toEqual([
      expect.stringMatching(/no room for \d+ bytes; free some or --set bytes=N/),
    ]);
    expect(result.err, 'the file stayed').not.toContain(`left ${home}/tmp/`);
  });
});
