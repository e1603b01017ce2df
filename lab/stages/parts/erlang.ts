// A program of Erlang's as a child of this process: compiled by erlc into the cell's own folder, run by erl,
// and led step by step. It says a line `step key=value …` when a step is done, and goes on when it gets a
// line; at the end of its input it halts, so it does not outlive us.
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TimedOut, Unsupported } from '../../errors.ts';

const LIMIT_MS = 60_000;
/** The default of erl(1), `+P`. */
const PROCESSES = 262_144;
/** A crash of the machine is told in its last words, not in a file of the current folder. */
const ENVIRONMENT = { ERL_CRASH_DUMP_SECONDS: '0' };

const missing = (program: string): Unsupported =>
  new Unsupported(`${program} is not here`, 'iolab bench install erlang');

/** Every value that a step told, by its key. */
export type Step = ReadonlyMap<string, readonly string[]>;

export interface ErlangOptions {
  readonly program: URL;
  /** For the compiled module, which has the program's name. */
  readonly folder: string;
  readonly words: readonly (string | number)[];
  /** The most processes that it will have at once. */
  readonly processes: number;
}

export class ErlangProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  #said = '';

  /** Throws Unsupported where there is no Erlang, Error where the program is wrong. */
  static async start({ program, folder, words, processes }: ErlangOptions) {
    const source = fileURLToPath(program);
    const options = { timeout: LIMIT_MS };
    await promisify(execFile)('erlc', ['-o', folder, source], options).catch(error => {
      if (error.code === 'ENOENT') throw missing('erlc');
      throw new Error(`erlc: ${error.stdout || error.message}`);
    });
    const module = /(\w+)\.erl$/.exec(source)![1]!;
    const most = String(Math.max(PROCESSES, 2 * processes));
    const start = [
      ...['+P', most, '-noshell', '-boot', 'no_dot_erlang', '-pa', folder],
      ...['-eval', `${module}:main(init:get_plain_arguments()).`, '-extra', ...words.map(String)],
    ];
    const child = spawn('erl', start, { env: { ...process.env, ...ENVIRONMENT } });
    const [error] = await Promise.race([once(child, 'error'), once(child, 'spawn')]);
    if (error) throw missing('erl');
    return new ErlangProgram(child);
  }

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#ended = once(child, 'close');
    child.stderr.on('data', (text: Buffer) => {
      this.#said = `${this.#said}${text}`.slice(-500);
    });
    child.stdin.on('error', () => {
      // It has ended; its last words tell why.
    });
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What it told at the end of this step. Throws its last words where it ended instead. */
  async step(name: string): Promise<Step> {
    const said: string[] = [];
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LIMIT_MS);
    try {
      for (;;) {
        const { done, value } = await this.#lines.next();
        if (done) throw this.#failure(name, said);
        const [step, ...words] = value.split(' ');
        if (step === name) return valuesOf(words);
        said.push(value);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(name: string, said: readonly string[]): Error {
    const last = `${said.join(' ')} ${this.#said}`.trim().slice(0, 500);
    if (this.#child.killed) return new TimedOut(`Erlang did not come to “${name}”: ${last}`);
    return new Error(`Erlang ended before “${name}”: ${last || 'it said nothing'}`);
  }

  /** It may begin the next step. */
  go(): void {
    this.#child.stdin.write('go\n');
  }

  /** The end of its input, after which it must end itself. */
  leave(): void {
    this.#child.stdin.end();
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

function valuesOf(words: readonly string[]): Step {
  const pairs = words.map(word => word.split('='));
  const byKey = Map.groupBy(pairs, ([key]) => key!);
  return new Map([...byKey].map(([key, all]) => [key, all.map(([, value]) => value ?? '')]));
}

/** The numbers that a step told under a key. Throws where there is none, or something else. */
export function numbersOf(step: Step, key: string): number[] {
  const all = (step.get(key) ?? []).map(Number);
  if (all.length > 0 && all.every(Number.isFinite)) return all;
  throw new Error(`Erlang told no number for ${key}: ${step.get(key) ?? 'nothing'}`);
}

export const numberOf = (step: Step, key: string): number => numbersOf(step, key)[0]!;
