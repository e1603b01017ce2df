// A named pipe of the stage's own with a process at its other end, which notes when each byte passed.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TimedOut, Unsupported } from '../../../errors.ts';
import type { StageContext } from '../../stage.ts';

const OWNER_ONLY = 0o600;
const PATIENCE_MS = 20_000;

/** When the bytes passed the other end. */
export interface Passage {
  readonly total: number;
  /** When byte `place` had passed; undefined where that was not noted. To be asked in ascending order. */
  time_ns(place: number): number | undefined;
}

export interface Pipe {
  readonly fd: number;
  /** Close this end, and hear what the other one noted. Throws Error where bytes were not right. */
  finish(): Promise<Passage>;
  /** Whatever happened: leave no process and no file. */
  abandon(): void;
}

interface Said {
  readonly total: number;
  readonly wrong: number;
  readonly passed: string;
  readonly times_ns: string;
}

/** `mode` is what the other end does; `words` are more of its arguments. Throws Unsupported, Error. */
export async function openPipe(
  { platform, target }: StageContext,
  mode: 'read' | 'feed',
  words: readonly number[] = [],
): Promise<Pipe> {
  if (target.kind !== 'events') {
    throw new Unsupported('it makes a pipe of its own', 'choose the device kernel');
  }
  const { posix } = platform;
  const path = join(target.path, 'buffered');
  posix.mkfifo(path, OWNER_ONLY);
  // Open for both directions until both ends are there: then no opening waits and no write is in vain.
  const both = posix.open(path, constants.O_RDWR);
  const other = new OtherEnd([mode, path, ...words.map(String)]);
  let fd = -1;
  const close = () => {
    if (fd >= 0) posix.close(fd);
    fd = -1;
    rmSync(path, { force: true });
  };
  try {
    const said = await other.nextLine();
    if (said !== 'ready') throw new Error(`the other end of the pipe said ${said}`);
    fd = posix.open(path, mode === 'read' ? constants.O_WRONLY : constants.O_RDONLY);
  } catch (error) {
    close();
    other.kill();
    throw error;
  } finally {
    posix.close(both);
  }
  return {
    fd,
    async finish() {
      close();
      const said = JSON.parse(await other.nextLine()) as Said;
      if (said.wrong !== 0) throw new Error(`${said.wrong} pieces of the stream arrived changed`);
      return passageOf(said);
    },
    abandon() {
      close();
      other.kill();
    },
  };
}

/** The process, and what it says line by line. */
class OtherEnd {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(words: readonly string[]) {
    const program = join(import.meta.dirname, 'other-end.ts');
    const args = ['--disable-warning=ExperimentalWarning', program, ...words];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Throws TimedOut, and Error where it ended without a word. */
  async nextLine(): Promise<string> {
    const patience = setTimeout(() => this.kill(), PATIENCE_MS);
    try {
      const { value, done } = await this.#lines.next();
      if (done !== true) return value;
    } finally {
      clearTimeout(patience);
    }
    const how = this.#child.killed ? `said nothing for ${PATIENCE_MS} ms` : 'ended without a word';
    throw new TimedOut(`the process at the other end of the pipe ${how}`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function passageOf(said: Said): Passage {
  const passed = decode(said.passed);
  const times_ns = decode(said.times_ns);
  let at = 0;
  return {
    total: said.total,
    time_ns(place) {
      while (at < passed.length && passed[at]! <= place) at++;
      return times_ns[at];
    },
  };
}

const decode = (text: string): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
