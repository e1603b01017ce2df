// Runs a simulator as a child process, as every simulator here is run: no standard input, its own
// folder, a bounded time, and an end that it shares with the cell. What it means is for others to say.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Cancelled, Unsupported } from '../errors.ts';

/** Far more than any simulator here says; one that says more is stuck in a loop that prints. */
const MOST_OUTPUT_BYTES = 16 * 2 ** 20;

export interface SimulatorRun {
  readonly program: string;
  readonly args: readonly string[];
  /** Working folder; also what the simulator takes for its home, so that no user's file speaks. */
  readonly folder: string;
  readonly limit_ms: number;
  /** When the time is over it gets this first, and then so long to report its state. */
  readonly last?: { readonly signal: NodeJS.Signals; readonly wait_ms: number };
  readonly signal: AbortSignal;
  /** Added to the environment, of which only PATH and the language are passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ended as soon as it has said this: for a simulator that lives on after its program. */
  readonly until?: RegExp;
  /** What installs it. */
  readonly fix: string;
}

export interface SimulatorEnd {
  /** Standard output and standard error, one character a byte. */
  readonly out: string;
  readonly err: string;
  /** Exit code; undefined where it was ended. */
  readonly code: number | undefined;
  /** Why it was ended by us. */
  readonly ended: 'time' | 'output' | 'until' | undefined;
  /** Its time was over: it got its last signal, and may have reported its state. */
  readonly late: boolean;
}

/** Throws Unsupported where there is no such program, Cancelled where the signal aborts. */
export async function runSimulator(run: SimulatorRun): Promise<SimulatorEnd> {
  const { program, folder, limit_ms, signal, fix } = run;
  if (signal.aborted) throw new Cancelled();
  if (findProgramFile(program) === undefined)
    throw new Unsupported(`the simulator ${program} is not installed`, fix);
  const [command, ...args] = diesWithUs([program, ...run.args]);
  const { PATH = '', IOLAB_HOME } = process.env;
  // The lab's home says whose run a process belongs to; nothing else of the user's speaks to it.
  const home = IOLAB_HOME === undefined ? {} : { IOLAB_HOME };
  const child = spawn(command!, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, LANG: 'C', HOME: folder, ...home, ...run.env },
  });
  let ended: SimulatorEnd['ended'];
  const kill = () => child.kill('SIGKILL');
  let late = false;
  const end = () => {
    ended = 'time';
    kill();
  };
  let timer = setTimeout(() => {
    late = true;
    if (!run.last) return end();
    child.kill(run.last.signal);
    timer = setTimeout(end, run.last.wait_ms);
  }, limit_ms);
  signal.addEventListener('abort', kill, { once: true });
  const texts = { out: [] as Buffer[], err: [] as Buffer[] };
  let bytes = 0;
  const hear = (chunks: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MOST_OUTPUT_BYTES) {
      chunks.push(chunk);
      return;
    }
    ended = 'output';
    kill();
  };
  child.stdout.on('data', hear(texts.out));
  if (run.until) {
    const heard = listenFor(run.until, () => {
      ended ??= 'until';
      kill();
    });
    child.stdout.on('data', heard);
  }
  child.stderr.on('data', hear(texts.err));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (signal.aborted) throw new Cancelled();
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('latin1');
    return { out: text(texts.out), err: text(texts.err), code: code ?? undefined, ended, late };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

/** Messages come in pieces, so the end of the last piece is looked at again with the next. */
function listenFor(pattern: RegExp, found: () => void): (chunk: Buffer) => void {
  let tail = '';
  return chunk => {
    const text = tail + chunk.toString('latin1');
    if (pattern.test(text)) found();
    tail = text.slice(-LONGEST_LINE);
  };
}

const LONGEST_LINE = 200;

/**
 * A cell may be killed at any moment, and its child would live on. setpriv(1) asks the kernel to end it
 * then (PR_SET_PDEATHSIG, prctl(2)); where there is none, the bounds inside the simulator must do.
 */
function diesWithUs(command: readonly string[]): readonly string[] {
  const setpriv = findProgramFile('setpriv');
  return setpriv === undefined ? command : [setpriv, '--pdeathsig', 'KILL', ...command];
}

/** Where the shell would find it; undefined where it is not. */
export function findProgramFile(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const full = join(folder, name);
    try {
      accessSync(full, constants.X_OK);
      return full;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The last lines of what it said, for a message about a machine that did not end. */
export const lastLines = (text: string, lines = 20): string =>
  text.trimEnd().split(/\r?\n/).slice(-lines).join('\n');
