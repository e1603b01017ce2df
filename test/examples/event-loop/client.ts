// The checking client: starts the example's server as a user does, speaks to it over raw sockets, and
// compares every byte that comes back.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HELLO } from '../../../lab/examples/event-loop/answers.ts';
import { until } from '../../helpers/processes.ts';

const program = join(import.meta.dirname, '../../../lab/examples/event-loop/serve.ts');
/** Longer than anything here takes on a busy machine: reaching it is a hang. */
export const LIMIT_MS = 20_000;

export const ANSWER = Buffer.from(HELLO);
export const GET = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';

/** What the program says at its end. */
export interface Summary {
  readonly requests: number;
  readonly accepted: number;
  readonly open: number;
  readonly descriptors_left: number;
}

export interface Running {
  readonly port: number;
  /** Descriptors that the server has open now. */
  descriptors(): number;
  /** Processor time of the server so far, in milliseconds. */
  cpu_ms(): number;
  /** End its input, and return what it says then. Throws where it does not end in order. */
  stop(): Promise<Summary>;
}

const started = new Set<ChildProcess>();
/** For a test that failed before it stopped its server. */
export function killLeft(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Start it; an Error with its words where it ends instead. `most_descriptors` sets its limit. */
export async function startServer(kind: string, most_descriptors?: number): Promise<Running> {
  const words = [process.execPath, program, kind];
  // The shell sets the limit and becomes the program.
  const limited = ['/bin/sh', '-c', `ulimit -n ${most_descriptors}; exec "$@"`, 'sh', ...words];
  const [first, ...rest] = most_descriptors === undefined ? words : limited;
  const child = spawn(first!, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  started.add(child);
  const lines: string[] = [];
  let err = '';
  createInterface({ input: child.stdout! }).on('line', line => lines.push(line));
  child.stderr!.setEncoding('utf8').on('data', text => {
    err += text;
  });
  const closed = once(child, 'close').then(([code]) => {
    started.delete(child);
    return code as number | null;
  });
  const ended = closed.then(code => {
    throw new Error(`the server ended with ${code}: ${err}`);
  });
  ended.catch(() => {}); // asked for below, or the end is wanted
  await Promise.race([ended, until('the server to listen', () => lines.length > 0)]);
  const { port } = JSON.parse(lines[0]!) as { port: number };
  const { pid } = child;
  return {
    port,
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    cpu_ms() {
      // proc_pid_schedstat: nanoseconds on a processor, of the thread that runs the loop.
      return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    },
    async stop() {
      child.stdin!.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
      const code = await closed;
      clearTimeout(timer);
      if (code !== 0 || err !== '') throw new Error(`the server ended with ${code}: ${err}`);
      return JSON.parse(lines[1]!) as Summary;
    },
  };
}

/** A connection that is open, and whose errors are ends. A deaf one goes on after the server's end. */
export async function open(port: number, deaf = false): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: deaf });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/**
 * Send the pieces one by one and then, unless told otherwise, our end. Returns all that came until the
 * server closed. Throws where it does not within the limit, and with `no_reset` where it closed with bytes
 * of ours unread: a reset can overtake the answer.
 */
export async function exchange(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  { half_close = true, no_reset = false, limit_ms = LIMIT_MS } = {},
): Promise<Buffer> {
  const socket = await open(port);
  const got: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => got.push(bytes));
  let failed: Error | undefined;
  socket.on('error', error => {
    failed = error;
  });
  // A reset is an end too, so not by once(): that rejects where an error comes first.
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
  for (const piece of pieces) {
    socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    // A turn of this loop between them, so that they leave as packets of their own.
    await new Promise(setImmediate);
  }
  if (half_close) socket.end();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${limit_ms} ms`)), limit_ms);
  });
  await Promise.race([closed, late]).finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
  if (no_reset && failed) throw failed;
  return Buffer.concat(got);
}

/** Compares a stream of answers with what it must be, however it is cut. */
export class Checker {
  answers = 0;
  #at = 0;

  /** Throws at the first wrong byte. */
  take(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const length = Math.min(bytes.length - from, ANSWER.length - this.#at);
      if (bytes.compare(ANSWER, this.#at, this.#at + length, from, from + length) !== 0) {
        const seen = bytes.toString('latin1', from, from + length);
        throw new Error(`answer ${this.answers}, byte ${this.#at}: ${JSON.stringify(seen)}`);
      }
      from += length;
      this.#at += length;
      if (this.#at === ANSWER.length) {
        this.#at = 0;
        this.answers++;
      }
    }
  }

  /** Nothing of a next answer was begun. */
  get whole(): boolean {
    return this.#at === 0;
  }
}
