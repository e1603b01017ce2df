// What stands before the first round of a run: which machine, which commit, which run.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { auditHost } from '../measure/host.ts';
import { labHome } from '../records/home.ts';
import type { Host } from '../records/schema.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Sorts by time and is a file name: `20261120T110340-1f3a`. */
export function newRunId(now = new Date()): string {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+Z$/g, '');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** The commit of this checkout, `-dirty` when files differ; undefined outside of git. */
export function commitOf(folder = root): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 3000,
    }).trim();
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') ? `${commit}-dirty` : commit;
  } catch {
    return undefined;
  }
}

const PACKAGES = ['koffi', 'serialport', 'avr8js', 'rp2040js'];

function versions(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of PACKAGES) {
    try {
      const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
      found[name] = (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
    } catch {
      // A package that is not installed has no version to tell.
    }
  }
  return found;
}

export function auditThisHost(): Host {
  return auditHost({ packages: versions(), places: { lab: labHome() } });
}
