// The runner of every machine on SIMH (github.com/simh): a command file in, what it said out. SIMH
// counts how often a breakpoint was passed before it stops, so breakpoints that never stop count
// executed instructions exactly, at no cost to the program (SIMH Users' Guide, "Breakpoints").
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimedOut, Unsupported } from '../errors.ts';
import { lastLines, runSimulator } from './simulator.ts';

export const SIMH_FIX = 'iolab bench install classic';

export interface SimhRun {
  /** The simulator's program: `pdp11`, `altairz80`. */
  readonly machine: string;
  /** Commands of SIMH, one a line. */
  readonly commands: readonly string[];
  readonly folder: string;
  readonly limit_ms: number;
  readonly signal: AbortSignal;
}

/**
 * What the simulator and its console printed, one character a byte, in the order in which it happened:
 * read from SIMH's log, because the two reach standard output through different buffers. Throws
 * Unsupported, TimedOut with what was said last, Cancelled.
 */
export async function runSimh(run: SimhRun): Promise<string> {
  const { machine, commands, folder, limit_ms, signal } = run;
  const file = join(folder, 'run.ini');
  // Where a file ends without leaving, SIMH asks standard input for ever: `exit` ends every file.
  writeFileSync(file, `set console log=${LOG}\n${commands.join('\n')}\nexit\n`);
  rmSync(join(folder, LOG), { force: true });
  const end = await runSimulator({
    program: machine,
    args: ['run.ini'],
    folder,
    limit_ms,
    // SIMH stops its machine at an interrupt from the keyboard and goes on with its commands.
    last: { signal: 'SIGINT', wait_ms: LAST_STATE_MS },
    signal,
    fix: SIMH_FIX,
  });
  if (end.ended) {
    const why =
      end.ended === 'output' ? 'printed without end' : `did not end within ${limit_ms} ms`;
    throw new TimedOut(`${machine} ${why}; ended it. It said last:\n${lastLines(end.out)}`);
  }
  if (end.late) {
    const [, state = ''] = (readOutput(folder, LOG)?.toString('latin1') ?? '').split(STOPPED);
    const said = state.split(/\r?\n/).slice(0, STATE_LINES).join('\n').trimEnd();
    throw new TimedOut(
      `${machine} did not end within ${limit_ms} ms. Its last state:\n${said || lastLines(end.out)}`,
    );
  }
  if (end.code !== 0) {
    const said = lastLines(`${end.err}\n${end.out}`, 3);
    throw new Unsupported(`${machine} ended with ${end.code}: ${said}`, SIMH_FIX);
  }
  const log = readOutput(folder, LOG);
  if (!log) throw new Error(`${machine} wrote no log: ${lastLines(`${end.err}\n${end.out}`, 3)}`);
  return log.toString('latin1');
}

/** Runs the simulator to ask its version: `SIMH V3.8-1`. Throws Unsupported where it does not run. */
export async function simhVersion(machine: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-simh-'));
  try {
    const { signal } = new AbortController();
    const commands = ['show version'];
    const out = await runSimh({ machine, commands, folder, limit_ms: ANSWER_LIMIT_MS, signal });
    const [, version] = /simulator (V[\d.-]+)/.exec(out) ?? [];
    if (version) return `SIMH ${version}`;
    throw new Unsupported(`${machine} does not answer as SIMH does`, SIMH_FIX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ANSWER_LIMIT_MS = 5000;
const LAST_STATE_MS = 1000;
const STOPPED = /^Simulation stopped, /m;
/** Counters, registers and the last instructions; what follows is memory. */
const STATE_LINES = 80;
const LOG = 'console.log';

/** What was found of a saved file; undefined where the simulator wrote none. */
function readOutput(folder: string, name: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined;
  }
}
