// Runs a package manager, passes on what it says, and keeps its last line: the reason where it
// fails. Nothing goes through a shell.
import { spawn } from 'node:child_process';
import { Cancelled, TimedOut, Unsupported } from '../errors.ts';
import type { CommandLine } from './parts/packages.ts';

/** A package manager that is told to stop first finishes the package it is at. */
const STOP_MS = 30_000;
const LIMIT_MS = 60 * 60_000;
/** Of output without line breaks (progress bars) this much is kept. */
const TAIL = 4096;

export interface Output {
  /** Where the package manager's standard output goes, and its standard error. */
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  /** Its working folder, where that is not ours. */
  readonly cwd?: string;
}

/**
 * Run the command to its end. Throws Unsupported with its last line where it fails, Cancelled where
 * `signal` aborts, TimedOut after an hour.
 */
export function runInstall(
  [program, ...args]: CommandLine,
  signal: AbortSignal,
  { out, err, cwd }: Output,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Standard input stays the user's: sudo may ask for a password.
  const place = cwd === undefined ? {} : { cwd };
  const child = spawn(program, args, { ...place, stdio: ['inherit', 'pipe', 'pipe'] });
  const tails = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    tails.out = (tails.out + data.toString()).slice(-TAIL);
    out.write(data);
  });
  child.stderr.on('data', (data: Buffer) => {
    tails.err = (tails.err + data.toString()).slice(-TAIL);
    err.write(data);
  });

  let ending: Error | undefined;
  let patience: NodeJS.Timeout | undefined;
  const stop = (why: Error) => {
    if (ending) return;
    ending = why;
    child.kill('SIGINT');
    patience = setTimeout(() => {
      child.kill('SIGKILL');
      // A command under sudo cannot be killed by us: it is left, and said so.
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      reject(why);
    }, STOP_MS);
  };
  const interrupted = () => stop(new Cancelled(`interrupted; ${program} was told to stop`));
  const limit = setTimeout(() => stop(new TimedOut(`${program} took over an hour`)), LIMIT_MS);
  signal.addEventListener('abort', interrupted);
  if (signal.aborted) interrupted();

  const name = program === 'sudo' ? `sudo ${args[0]}` : program;
  child.on('error', error => {
    reject(new Unsupported(`${name} cannot be started: ${error.message}`, `install ${program}`));
  });
  child.on('close', (code, killedBy) => {
    if (ending) reject(ending);
    else if (code === 0) resolve();
    else {
      const how = code === null ? `was killed by ${killedBy}` : `ended with ${code}`;
      const said = lastLine(tails.err) || lastLine(tails.out) || 'and said nothing';
      reject(new Unsupported(`${name} ${how}: ${said}`, hintFor(`${tails.out}${tails.err}`, args)));
    }
  });
  return promise.finally(() => {
    clearTimeout(limit);
    clearTimeout(patience);
    signal.removeEventListener('abort', interrupted);
  });
}

const lastLine = (text: string): string =>
  text
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(Boolean)
    .at(-1)
    ?.slice(0, 300) ?? '';

/** What helps against the failures that a fresh or busy system shows. */
function hintFor(text: string, args: readonly string[]): string {
  const update = `${args[0] === 'apt-get' ? 'sudo ' : ''}apt-get update`;
  if (/Unable to locate package|has no installation candidate|404 +Not Found/.test(text)) {
    return `the list of packages may be old: run ${update} and try again`;
  }
  if (/Could not get lock|Unable to acquire the dpkg/.test(text)) {
    return 'another package manager is at work: try again when it has finished';
  }
  return '';
}
