// Judges what a suite said that ran on Node for Windows (inside/suite.ts): every case passed or was
// skipped with a reason, none was begun and not ended, and the suite came to its end.
import { expect } from 'vitest';
import type { Ran, Run } from '../../helpers/wine.ts';
import type { Said } from './inside/suite.ts';

export interface Verdict {
  readonly passed: readonly string[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Longer than any suite takes on a busy machine: reaching it is a hang, and the last case is named. */
const LIMIT_MS = 240_000;

/** Run a file of inside/ with the suite's twin of Vitest; `judge` says what came of it. */
export function runInside(run: Run, file: string, ...args: readonly string[]): Promise<Ran> {
  const path = new URL(`./inside/${file}`, import.meta.url).pathname;
  const options = ['--import', 'file:///L:/test/places/wine/inside/register.mjs'];
  return run(path, args, LIMIT_MS, options);
}

export function judge({ stdout, stderr, code }: Ran): Verdict {
  const said = stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Said);
  const failures = said.flatMap(one => ('failed' in one ? [`${one.failed}: ${one.error}`] : []));
  expect(failures, 'cases that failed on Windows').toEqual([]);
  const last = said.findLast(one => 'began' in one);
  const where = last && 'began' in last ? last.began : 'before the first case';
  const done = said.some(one => 'done' in one);
  expect(done, `the suite ended in "${where}" with ${code}: ${stderr.slice(-1500)}`).toBe(true);
  return {
    passed: said.flatMap(one => ('passed' in one ? [one.passed] : [])),
    skipped: said.flatMap(one =>
      'skipped' in one ? [{ name: one.skipped, reason: one.reason }] : [],
    ),
  };
}
