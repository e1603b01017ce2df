// Asking other programs whether they are there. A program counts as present when it runs and says
// its version, not when a file of that name exists: a broken one is as good as none.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { BenchCheck } from '../bench.ts';
import { remembered, type StillTrue } from './memory.ts';

/** No program takes longer than this to say its version; one that does is broken. */
const LIMIT_MS = 5000;
const LIMITS = { timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const;

let asking = new AbortController();

/** Whoever is asked now is ended, and has given no answer; the next ones are asked as ever. */
export function stopAsking(): void {
  asking.abort();
  asking = new AbortController();
}

/** A command's output when it ends with 0 within the limit, otherwise undefined. Never throws. */
export const outputOf = (
  program: string,
  args: readonly string[],
  still?: StillTrue,
): Promise<string | undefined> => remembered(program, args, () => runToEnd(program, args), still);

/**
 * Does this compiler find a C library, which has no program to ask? It is asked which files a source with
 * `header` depends on; remembered is that for as long as they are all there. Never throws.
 */
export async function findsHeader(
  compiler: string,
  options: readonly string[],
  header: string,
): Promise<boolean> {
  const words = [...options, '-M', '-include', header, '-x', 'c', '/dev/null'];
  const answer = await outputOf(compiler, words, rule => filesIn(rule).every(existsSync));
  return answer !== undefined;
}

/** The files that a rule for make(1) depends on; a space in a name stands behind a backslash. */
const filesIn = (rule: string): string[] =>
  (rule.match(/\/(?:\\ |[^\s\\])+/g) ?? []).map(path => path.replaceAll('\\ ', ' '));

function runToEnd(program: string, args: readonly string[]): Promise<string | undefined> {
  const { signal } = asking;
  const options = { ...LIMITS, maxBuffer: 2 ** 20, signal };
  return new Promise(resolve => {
    try {
      const child = execFile(program, args, options, (error, stdout) => {
        resolve(error ? undefined : stdout);
      });
      child.stdin?.on('error', () => {
        // It ended before it was told that there is nothing to read.
      });
      child.stdin?.end();
    } catch {
      resolve(undefined);
    }
  });
}

/** The first line that `program --version` prints, cut to a table's width. */
export async function versionOf(program: string): Promise<string | undefined> {
  const line = (await outputOf(program, ['--version']))?.trim().split('\n')[0]?.trim();
  return line === undefined ? undefined : line.slice(0, 100) || program;
}

/** The first line of a usage, for programs that know no --version, whatever they end with. */
export const usageOf = (program: string, args: readonly string[]): Promise<string | undefined> =>
  remembered(program, args, () => firstLine(program, args));

function firstLine(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise(resolve => {
    try {
      execFile(program, args, { ...LIMITS, signal: asking.signal }, (_, stdout) => {
        const line = stdout.trim().split('\n')[0]?.trim() ?? '';
        resolve(line === '' ? undefined : line.slice(0, 100));
      });
    } catch {
      resolve(undefined);
    }
  });
}

/** One question to the system: what it is about, and the version or undefined. */
export interface Question {
  readonly name: string;
  readonly answer: Promise<string | undefined>;
}

/** All answers as one: versions where everything is here, otherwise what is missing. */
export async function checkAll(questions: readonly Question[]): Promise<BenchCheck> {
  const answers = await Promise.all(questions.map(({ answer }) => answer));
  const missing = questions.filter((_, i) => answers[i] === undefined).map(({ name }) => name);
  if (missing.length > 0) return { ok: false, detail: `missing: ${missing.join(', ')}`, missing };
  return { ok: true, detail: answers.join(', ') };
}
