// One of the five programs as it runs: what it says, a JSON document a line, and the lines that tell it to
// go on. Whatever it does, it is bounded, and ended with the stage.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TimedOut } from '../../../errors.ts';
import { withParent } from '../../parts/with-parent.ts';
import type { Words } from './toolchains.ts';

/** A runtime is up within this, even on a busy machine. */
const LIMIT_MS = 30_000;
/** What a process that ended has said is read within this. */
const LAST_WORDS_MS = 500;
const LOOP_MS = 20;
const MOST_SAID = 2000;

export type Facts = Readonly<Record<string, unknown>>;

export class Program {
  readonly #name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;
  #said = '';

  constructor(name: string, words: Words) {
    this.#name = name;
    const [program, ...rest] = withParent(words);
    this.#child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#closed = once(this.#child, 'close').catch((error: Error) => {
      this.#said = error.message;
    });
    this.#child.stdin.on('error', () => {
      // It ended and takes no more; that is told where its next word is missed.
    });
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-MOST_SAID);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it says next, which must be `event`. Throws TimedOut, Error where it ended or says another. */
  async next(event: string, limit_ms = LIMIT_MS): Promise<Facts> {
    const stop = new AbortController();
    const late = sleep(limit_ms, undefined, { signal: stop.signal }).then(() => undefined);
    late.catch(() => {}); // told in time
    const line = await Promise.race([this.#lines.next(), late]);
    stop.abort();
    if (line === undefined)
      throw new TimedOut(`${this.#name} did not say “${event}” within ${limit_ms} ms`);
    if (line.done) throw await this.#end(event);
    const facts = parsed(line.value);
    if (facts?.event === event) return facts;
    throw new Error(`${this.#name} said ${line.value.slice(0, 200)} instead of “${event}”`);
  }

  /** The error that tells how it ended; undefined where it still runs. */
  async fate(): Promise<Error | undefined> {
    // Its end is heard of when this thread's loop turns.
    await sleep(LOOP_MS);
    const { exitCode, signalCode } = this.#child;
    return exitCode === null && signalCode === null ? undefined : this.#end('more');
  }

  async #end(wanted: string): Promise<Error> {
    await Promise.race([this.#closed, sleep(LAST_WORDS_MS)]);
    const { exitCode, signalCode } = this.#child;
    const how = signalCode ? `was ended by ${signalCode}` : `ended with ${exitCode}`;
    const last = this.#said.trim().split('\n').slice(-3).join(' ');
    return new Error(`${this.#name} ${how} before it said “${wanted}”${last && `: ${last}`}`);
  }

  goOn(): void {
    this.#child.stdin.write('\n');
  }

  /** Ended by itself, or now. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    // What it started may hold its streams open.
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.destroy();
    await this.#closed;
  }
}

function parsed(line: string): Facts | undefined {
  try {
    return JSON.parse(line) as Facts;
  } catch {
    return undefined;
  }
}

/** A number of at least nought among the facts. Throws Error where it is none. */
export function countIn(facts: Facts, name: string): number {
  const value = facts[name];
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw new Error(`“${facts.event}” says ${name}: ${JSON.stringify(value)}, which is no count`);
}

/** True or false among the facts. Throws Error where it is neither. */
export function truthIn(facts: Facts, name: string): boolean {
  const value = facts[name];
  if (typeof value === 'boolean') return value;
  throw new Error(`“${facts.event}” says ${name}: ${JSON.stringify(value)}, not true or false`);
}
