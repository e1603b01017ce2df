// Prepares what no package manager does: the packages for Windows in their own folder, and the prefix,
// made once by Wine itself. A step that was interrupted leaves nothing that looks finished.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cancelled, TimedOut, Unsupported } from '../../errors.ts';
import { endPrefix } from './ending.ts';
import { installed, packages, requireWine, template } from './installation.ts';
import { wineEnvironment } from './session.ts';

const LIMIT_MS = 10 * 60_000;
const PREFIX_LIMIT_MS = 3 * 60_000;
const SAID_CHARACTERS = 2000;

/** Where what the programs say goes. */
export type Say = (text: string) => void;

interface Run {
  readonly words: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly limit_ms: number;
}

/** One program to its end. Throws Unsupported with its last words, Cancelled, TimedOut. */
function program(
  { words: [name, ...args], cwd, env, limit_ms }: Run,
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(name, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_CHARACTERS);
      say(text);
    });
  }
  let why: Error | undefined;
  const stop = (reason: Error) => {
    why ??= reason;
    child.kill('SIGKILL');
  };
  const abort = () => stop(new Cancelled(`interrupted; ${name} was stopped`));
  const timer = setTimeout(() => stop(new TimedOut(`${name} took over ${limit_ms} ms`)), limit_ms);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  child.once('error', error => {
    reject(new Unsupported(`${name} cannot be started: ${error.message}`, `install ${name}`));
  });
  child.once('exit', (code, by) => {
    const last = said.trim().split('\n').at(-1) ?? '';
    if (why) reject(why);
    else if (code === 0) resolve();
    else reject(new Unsupported(`${name} ended with ${code ?? by}: ${last.slice(0, 300)}`, ''));
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    child.stdout.destroy();
    child.stderr.destroy();
  });
}

/** Node for Windows and the packages, as the lockfile says. */
export async function installPackages(signal: AbortSignal, say: Say): Promise<void> {
  mkdirSync(installed, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(packages, name), join(installed, name));
  }
  const options = [
    '--os=win32',
    '--cpu=x64',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const words = ['npm', 'ci', ...options] as const;
  try {
    await program({ words, cwd: installed, env: process.env, limit_ms: LIMIT_MS }, signal, say);
  } catch (error) {
    // Half a folder must not pass for a whole one.
    rmSync(join(installed, 'node_modules'), { recursive: true, force: true });
    throw error;
  }
}

/** Windows 10, and no driver for windows on a screen: there is none. */
const REGISTRY = [
  ['HKCU\\Software\\Wine', 'Version', 'win10'],
  ['HKCU\\Software\\Wine\\Drivers', 'Graphics', 'null'],
] as const;

export async function makePrefix(signal: AbortSignal, say: Say): Promise<void> {
  const { loader, version } = requireWine();
  const making = join(installed, `prefix-${process.pid}`);
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...rest } = process.env;
  const env = { ...rest, ...wineEnvironment(making) };
  const wine = (...args: string[]) =>
    program(
      { words: [loader, ...args], cwd: installed, env, limit_ms: PREFIX_LIMIT_MS },
      signal,
      say,
    );
  mkdirSync(making, { recursive: true });
  try {
    await wine('wineboot', '-i');
    for (const [key, name, value] of REGISTRY) {
      await wine('reg', 'add', key, '/v', name, '/d', value, '/f');
    }
    // The server writes the registry when the last program has ended.
    await wine('wineboot', '-e');
    await serverEnds(env, signal, say);
    writeFileSync(join(making, 'made-by.txt'), `${version}\n`);
    rmSync(template, { recursive: true, force: true });
    renameSync(making, template);
  } finally {
    await endPrefix(making);
  }
}

function serverEnds(env: NodeJS.ProcessEnv, signal: AbortSignal, say: Say): Promise<void> {
  const words = ['wineserver', '-w'] as const;
  return program({ words, cwd: installed, env, limit_ms: PREFIX_LIMIT_MS }, signal, say);
}
