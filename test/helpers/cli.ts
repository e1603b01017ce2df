// The command line as a user drives it: the launcher started by the machine's ordinary Node (PATH
// without the project's own programs) or by the pinned one, its two streams, its end. Every start
// has a home folder of its own, so that no test sees another's records or processes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { readRecordFile } from '../../lab/records/read.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { until } from './processes.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const launcher = join(root, 'lab/cli/iolab.mjs');
/** Which Node starts the launcher. */
export type Starter = 'ordinary' | 'pinned';

/** The user's PATH: without the project's own programs, which npm and npx put first. */
export const ordinaryPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter(folder => !folder.includes('node_modules'))
  .join(delimiter);

export const pinnedNode = join(root, 'node_modules/.bin/node');
const found = ordinaryPath
  .split(delimiter)
  .map(folder => join(folder, 'node'))
  .find(existsSync);
/** The machine's own Node; the pinned one where it has none. */
export const ordinaryNode = found ?? pinnedNode;
/** False where there is no second Node to prove the launcher with. */
export const hasOrdinaryNode = realpathSync(ordinaryNode) !== realpathSync(pinnedNode);

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has said on standard error so far. */
  err(): string;
  readonly ended: Promise<Result>;
}

export interface StartOptions {
  readonly home: string;
  readonly starter?: Starter;
  readonly env?: Readonly<Record<string, string>>;
  /** Program and arguments put before Node: `setpriv …`. */
  readonly before?: readonly string[];
  /** Where it may take longer than a minute: under Wine every cell starts a Node that is emulated. */
  readonly limit_ms?: number;
  /** In a process group of its own, as a terminal's foreground job. */
  readonly group?: boolean;
}

/** Longer than any command of these tests takes on a busy machine: reaching it is a hang. */
const LIMIT_MS = 60_000;

/** The environment of a user's shell: no colour forced, no test runner, the home named. */
export function environment({ home, env = {} }: StartOptions): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NO_COLOR: __, NODE_OPTIONS: ___, VITEST: ____, ...rest } = process.env;
  return { ...rest, PATH: ordinaryPath, COLUMNS: '80', IOLAB_HOME: home, ...env };
}

export const nodeOf = (starter: Starter = 'ordinary'): string =>
  starter === 'ordinary' ? ordinaryNode : pinnedNode;

const started = new Set<ChildProcess>();
const folders = new Set<string>();
/** A test that fails must leave no run behind: politely first, so that the run ends its own. */
afterAll(async () => {
  await Promise.all(
    [...started].map(child => {
      const over = once(child, 'exit');
      child.kill('SIGTERM');
      return over;
    }),
  );
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Start `iolab …args`. Ended by SIGKILL, and so reported, after a minute. */
export function start(args: readonly string[], options: StartOptions): Running {
  const words = [...(options.before ?? []), nodeOf(options.starter), launcher, ...args];
  return startProgram(words, options);
}

export function startProgram(
  [program, ...args]: readonly string[],
  options: StartOptions,
): Running {
  const child = spawn(program!, args, {
    cwd: root,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group === true,
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  let [out, err] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Result>((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), options.limit_ms ?? LIMIT_MS);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
  return { child, pid: child.pid!, err: () => err, ended };
}

/** `iolab …args` to its end. */
export const iolab = (args: readonly string[], options: StartOptions): Promise<Result> =>
  start(args, options).ended;

/** A temporary folder, removed after the file's tests. */
export function temporaryFolder(name = 'home'): string {
  const folder = mkdtempSync(join(tmpdir(), `iolab-e2e-${name}-`));
  folders.add(folder);
  return folder;
}

/** Is this program here? `--version` must answer, whatever it says. */
export const isHere = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/** All files beneath a folder, as paths; none where there is no folder. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** Every record beneath a folder, read with the reader that refuses what does not fit the schema. */
export function recordsIn(folder: string): LabRecord[] {
  return filesIn(folder)
    .filter(path => path.endsWith('.json') && !path.endsWith('run.json'))
    .map(readRecordFile);
}

/** Wait until the first checkpoint of a run that uses this home: from then on it measures. */
export const midRun = (home: string, limit_ms?: number): Promise<LabRecord[]> =>
  until(
    'the checkpoint after the first round',
    () => {
      const records = recordsIn(home);
      return records.some(one => one.rounds.length > 0) && records;
    },
    limit_ms,
  );

/** The temporary folders of runs that stand in a home. */
export const workspacesIn = (home: string): string[] =>
  existsSync(join(home, 'tmp')) ? readdirSync(join(home, 'tmp')) : [];

/** Lines that are not progress: what a run complains of. */
export const complaints = (err: string): string[] =>
  err.split('\n').filter(line => line.startsWith('iolab: '));
