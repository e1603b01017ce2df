// One child process that speaks the line protocol: started, listened to, waited for with a bound,
// and ended for certain. Cells and devices are both such children.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Failure } from '../cell/protocol.ts';
import {
  Cancelled,
  CannotSave,
  DeviceGone,
  SystemCallError,
  TimedOut,
  Unsupported,
  WrongUsage,
} from '../errors.ts';
import { wordsBefore } from '../places/place.ts';

export interface ChildOptions {
  /** File of lab/cell to run. */
  readonly file: string;
  readonly signal: AbortSignal;
  /** What it is, for messages: `cell epoll on fifo`. */
  readonly title: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

interface Waiter<E> {
  readonly settle: (event: E) => void;
  readonly fail: (error: Error) => void;
}

const MOST_STDERR = 4000;
/** What a process has said may be read so long after its end. */
const LAST_WORDS_MS = 500;
/** Node turns a longer timer into one of a millisecond (setTimeout, Node's timers). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Child<E extends { readonly event: string }> {
  readonly #process: ChildProcess;
  #title: string;
  readonly #events: E[] = [];
  readonly #ended: Promise<void>;
  /** First come, first served: a device may be asked again before its last answer is there. */
  readonly #waiters: Waiter<E | Failure>[] = [];
  #failure: Error | undefined;
  #stderr = '';
  /** Called once, when the process ends or fails. */
  onFailure: ((error: Error) => void) | undefined;

  constructor({ file, signal, title, environment }: ChildOptions) {
    this.#title = title;
    const path = fileURLToPath(new URL(`../cell/${file}`, import.meta.url));
    // In a process group of its own, so that Ctrl-C reaches the orchestrator alone, which then ends
    // its children in order. If the orchestrator dies, so do they (dieWithParent, closed pipes).
    const node = [process.execPath, '--expose-gc', '--disable-warning=ExperimentalWarning', path];
    const [program, ...words] = file === 'main.ts' ? [...wordsBefore(), ...node] : node;
    this.#process = spawn(program!, words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      env: { ...process.env, ...environment, IOLAB_PARENT_PID: String(process.pid) },
    });
    const abort = () => this.kill();
    signal.addEventListener('abort', abort, { once: true });
    this.#ended = new Promise(resolve => {
      this.#process.once('close', (code, by) => {
        signal.removeEventListener('abort', abort);
        this.#over(signal.aborted ? new Cancelled() : this.#died(code, by));
        resolve();
      });
      this.#process.once('error', error => {
        this.#over(error);
        resolve();
      });
      this.#process.once('exit', () => setTimeout(() => this.#letGo(), LAST_WORDS_MS).unref());
    });
    this.#process.stdin!.on('error', () => {
      // A child that died takes no more input; its end is reported by 'close'.
    });
    this.#process.stderr!.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-MOST_STDERR);
    });
    createInterface({ input: this.#process.stdout! }).on('line', line => this.#heard(line));
    if (signal.aborted) this.kill();
  }

  /**
   * It has ended, but what it started may still hold its streams: Wine's desktop does, which the first
   * program with a window starts. What is in them has been read by the end of this turn of the loop.
   */
  #letGo(): void {
    setImmediate(() => {
      this.#process.stdout?.destroy();
      this.#process.stderr?.destroy();
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What it is from now on, for messages. */
  become(title: string): void {
    this.#title = title;
  }

  tell(message: object): void {
    this.#process.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  /** The next thing it says. Throws what it failed with, TimedOut, or Cancelled. */
  next(limit_ms: number): Promise<Exclude<E, Failure>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          done();
          this.kill();
          reject(
            new TimedOut(`${this.#title} said nothing for ${Math.round(limit_ms)} ms; ended it`),
          );
        },
        Math.min(limit_ms, LONGEST_TIMER_MS),
      );
      const done = () => {
        clearTimeout(timer);
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
      };
      const waiter: Waiter<E | Failure> = {
        settle: event => {
          done();
          if (event.event === 'failed') reject(revive(event as Failure));
          else resolve(event as Exclude<E, Failure>);
        },
        fail: error => {
          done();
          reject(error);
        },
      };
      this.#waiters.push(waiter);
      this.#pump();
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Let it end by itself (its input closes), and after `grace_ms` make it. */
  async end(grace_ms: number): Promise<void> {
    this.#process.stdin!.end();
    const timer = setTimeout(() => this.kill(), grace_ms);
    await this.#ended;
    clearTimeout(timer);
  }

  #heard(line: string): void {
    try {
      const event = JSON.parse(line) as E & { readonly reason?: string };
      if (event.event === 'gone')
        this.#over(new DeviceGone(event.reason ?? 'the device went away'));
      else this.#events.push(event);
    } catch {
      this.#over(new Error(`${this.#title} said something that is no JSON: ${line.slice(0, 200)}`));
    }
    this.#pump();
  }

  #pump(): void {
    while (this.#waiters.length > 0) {
      const [waiter] = this.#waiters;
      const event = this.#events.shift();
      if (event) waiter!.settle(event);
      else if (this.#failure) waiter!.fail(this.#failure);
      else return;
    }
  }

  #over(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.onFailure?.(error);
    this.#pump();
  }

  #died(code: number | null, by: NodeJS.Signals | null): Error {
    const how = by ? `was ended by ${by}` : `ended with code ${code}`;
    const said = this.#stderr.trim().split('\n').slice(-3).join(' ');
    return new DeviceGone(`${this.#title} ${how}${said ? `: ${said}` : ''}`);
  }
}

/** A failure as the error it was on the other side. */
export function revive(failure: Failure): Error {
  const { name, message, errno, fix, stack } = failure;
  let error: Error;
  if (name === 'Unsupported') {
    error = new Unsupported(fix ? message.replace(`. ${fix}`, '') : message, fix ?? '', errno);
  } else if (name === 'SystemCallError') {
    error = new SystemCallError(message.split(':')[0]!, errno ?? 'EIO', fix);
  } else if (name === 'DeviceGone') error = new DeviceGone(message);
  else if (name === 'TimedOut') error = new TimedOut(message);
  else if (name === 'WrongUsage') error = new WrongUsage(message);
  else if (name === 'CannotSave') error = new CannotSave(message);
  else error = Object.assign(new Error(message), { name });
  if (stack) error.stack = stack;
  return error;
}
