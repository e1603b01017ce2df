// What a run in Wine is told in these tests, and what it leaves: the processes under Wine of one home, which
// inherit a variable of its own, and the run's folder.
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { workspacesIn } from '../../helpers/cli.ts';
import { processesOf, until } from '../../helpers/processes.ts';

/** Passed on to all that Wine starts. */
export const MARK = 'IOLAB_TEST_OF';
export const GONE_MS = 5000;
const SMALL = ['--set', 'bytes=1048576', '--samples', '200', '--depth', '8'];
export const READ = ['run', 'disk-read', '--in', 'wine', '--driver', 'iocp', ...SMALL];

/** What Wine runs for this home: programs, services, its server. They inherit the variable. */
export const underWine = (home: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => environmentOf(pid).includes(`\0${MARK}=${home}\0`))
    .filter(pid => environmentOf(pid).includes('\0WINEPREFIX='))
    .map(Number);

/** Its variables, each between zeros. */
export function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    // It ended while we looked, or is not ours to look at.
    return '';
  }
}

/** Waits for the end of all that this home's run has started. Throws where something stays. */
export async function nothingLeft(home: string): Promise<void> {
  await until('the end of everything under Wine', () => underWine(home).length === 0, GONE_MS);
  await until('the end of every process', () => processesOf(home).length === 0, GONE_MS);
  expect(workspacesIn(home), 'the run’s folder is gone').toEqual([]);
}
