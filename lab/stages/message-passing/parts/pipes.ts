// Processes that carry flows, joined by pipes (pipe(7)), and this process' own ends of them.
import { fileURLToPath } from 'node:url';
import { SystemCallError, TimedOut, Unsupported } from '../../../errors.ts';
import { EAGAIN, F_SETFL, O_CLOEXEC, O_NONBLOCK } from '../../../ffi/linux/constants.ts';
import type { LinuxCalls, Memory, Platform } from '../../../ffi/platform.ts';
import { LIMIT_MS } from './measure.ts';
import { MESSAGE_BYTES, WORDS, type Words } from './message.ts';
import { GATE, TELLS, WAITS } from './pipe-flow.ts';
import { readable } from './readable.ts';

const PROGRAM = fileURLToPath(new URL('./pipe-flow.ts', import.meta.url));
const QUIET = '--disable-warning=ExperimentalWarning';
const ERRORS = 2;
const WRITE_ONLY = 1;
const NO_OPTIONS = 0;

export interface Pipe {
  readonly reader: number;
  readonly writer: number;
}

/** Our ends of what a flow tells, and of its gate. */
export interface PipeFlow {
  told(): number;
  open(): void;
}

export class Pipes {
  readonly pids: number[] = [];
  readonly #platform: Platform;
  readonly #linux: LinuxCalls;
  readonly #memory: Memory;
  readonly #words: Int32Array;
  readonly #open = new Set<number>();
  #closed = false;

  constructor(platform: Platform) {
    if (!platform.linux) throw new Unsupported('its pipes are those of Linux', 'run it there');
    this.#platform = platform;
    this.#linux = platform.linux;
    this.#memory = platform.memory(MESSAGE_BYTES);
    this.#words = new Int32Array(this.#memory.bytes.buffer, 0, WORDS);
  }

  pipe(): Pipe {
    const pair = this.#platform.memory(8);
    const made = this.#linux.pipe2(pair.address, O_CLOEXEC);
    const [reader, writer] = new Int32Array(pair.bytes.buffer);
    pair.free();
    if (made < 0) throw this.#failure('pipe2');
    this.#open.add(reader!).add(writer!);
    return { reader: reader!, writer: writer! };
  }

  #close(fd: number): void {
    if (this.#open.delete(fd)) this.#platform.posix.close(fd);
  }

  #failure(call: string): SystemCallError {
    return new SystemCallError(call, this.#platform.errnoName(this.#platform.errno()));
  }

  /** A flow that waits. Its ends of the pipes are given away: ours would keep them from ending. */
  start(words: readonly (string | number | boolean)[], inbox: number, outbox: number): PipeFlow {
    const [tells, gate] = [this.pipe(), this.pipe()];
    const silent = this.#platform.posix.open('/dev/null', WRITE_ONLY);
    this.#open.add(silent);
    const given = [
      [inbox, 0],
      [outbox, 1],
      [silent, ERRORS],
      [tells.writer, TELLS],
      [gate.reader, GATE],
    ] as const;
    const all = [QUIET, PROGRAM, ...words.map(String)];
    const spawner = this.#linux.spawner(process.execPath, all, given);
    try {
      this.pids.push(spawner.spawn());
    } finally {
      spawner.free();
      for (const [fd] of given) this.#close(fd);
    }
    const told = () => this.#byte(tells.reader);
    if (told() !== WAITS) throw new Error('a flow did not begin to wait');
    return { told, open: () => this.#write(gate.writer, 1) };
  }

  #byte(fd: number): number {
    this.#await(fd, LIMIT_MS);
    const got = this.#platform.posix.read(fd, this.#memory.address, 1);
    if (got !== 1) throw new Error('a flow ended before it told what became of it');
    return this.#memory.bytes[0]!;
  }

  #await(fd: number, limit_ms: number): void {
    if (readable(this.#platform, fd, limit_ms)) return;
    throw new TimedOut(`nothing came by a pipe in ${limit_ms} ms`);
  }

  #write(fd: number, bytes: number): boolean {
    const sent = this.#platform.posix.write(fd, this.#memory.address, bytes);
    if (sent === bytes) return true;
    if (this.#platform.errno() === EAGAIN) return false;
    throw this.#failure('write');
  }

  /** From now on a send to a full pipe is refused instead of waited for; or as at first. */
  refuse(fd: number, full: boolean): void {
    this.#linux.fcntl(fd, F_SETFL, full ? O_NONBLOCK : 0);
  }

  /** False where the pipe is full and refuses. */
  send(fd: number, message: Words): boolean {
    this.#words.set(message);
    return this.#write(fd, MESSAGE_BYTES);
  }

  /** Undefined where the pipe has ended: nobody has its other end any more. */
  receive(fd: number, limit_ms = LIMIT_MS): Int32Array | undefined {
    this.#await(fd, limit_ms);
    const got = this.#platform.posix.read(fd, this.#memory.address, MESSAGE_BYTES);
    if (got < 0) throw this.#failure('read');
    return got === 0 ? undefined : this.#words.slice(0, got / 4);
  }

  /** The ends of their inputs end them all, one after the other. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const fd of this.#open) this.#close(fd);
    for (const pid of this.pids.splice(0)) this.#linux.waitpid(pid, NO_OPTIONS);
    this.#memory.free();
  }
}
