// Pipes, flags and epolls that a stage opens for the moment, and plain calls upon them: each returns its
// result or a negated errno, as the kernel itself does, and `close` gives everything back.
import { SystemCallError, Unsupported } from '../../errors.ts';
import {
  EFD_CLOEXEC,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  F_GETFL,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
} from '../../ffi/linux/constants.ts';
import { EPOLL_EVENT_BYTES } from '../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';

/** More than a pipe's few pages hold, whatever their size (pipe(7)). Touched only where it is used. */
export const BUFFER_BYTES = 2 ** 20;
const MOST_EVENTS = 64;
/** The largest structure that a call here takes. */
const STRUCT_BYTES = MOST_EVENTS * EPOLL_EVENT_BYTES;
const EVENT_WORDS = EPOLL_EVENT_BYTES / 4;
/** The program's own word is the first of the last two: where the structure is padded, a gap lies before it. */
export const EPOLL_DATA_WORD = EVENT_WORDS - 2;

export interface Pipe {
  readonly reader: number;
  readonly writer: number;
}

export class Descriptors {
  readonly linux: LinuxCalls;
  /** What was read last, or is written next. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly #platform: Platform;
  readonly #buffer: Memory;
  readonly #structs: Memory;
  readonly #fields: Uint32Array;
  readonly #open = new Set<number>();

  /** Throws Unsupported where the system is not Linux. */
  constructor(platform: Platform) {
    if (!platform.linux) throw new Unsupported('it is staged with calls of Linux', 'run it there');
    this.linux = platform.linux;
    this.#platform = platform;
    this.#buffer = platform.memory(BUFFER_BYTES);
    this.bytes = this.#buffer.bytes;
    this.words = new Uint32Array(this.bytes.buffer, 0, BUFFER_BYTES / 4);
    this.#structs = platform.memory(STRUCT_BYTES);
    this.#fields = new Uint32Array(this.#structs.bytes.buffer);
  }

  pipe(flags = 0): Pipe {
    this.#must('pipe2', this.linux.pipe2(this.#structs.address, O_CLOEXEC | flags));
    const [reader, writer] = this.#fields;
    return { reader: this.keep(reader!), writer: this.keep(writer!) };
  }

  /** Another descriptor of the same end: what one takes, the other does not find. */
  dup(fd: number): number {
    return this.keep(this.#must('dup', this.linux.dup(fd)));
  }

  eventfd(flags: number): number {
    return this.keep(this.#must('eventfd', this.linux.eventfd(0, EFD_CLOEXEC | flags)));
  }

  epoll(): number {
    return this.keep(this.#must('epoll_create1', this.linux.epoll_create1(EPOLL_CLOEXEC)));
  }

  /** `fd` is closed with the others. */
  keep(fd: number): number {
    this.#open.add(fd);
    return fd;
  }

  setNonblocking(fd: number): void {
    const { fcntl } = this.linux;
    const flags = this.#must('fcntl', fcntl(fd, F_GETFL, 0));
    this.#must('fcntl', fcntl(fd, F_SETFL, flags | O_NONBLOCK));
  }

  /** Ask for `events` of `fd`: 0, or a negated errno. */
  watch(epoll: number, fd: number, events: number, operation = EPOLL_CTL_ADD): number {
    this.#fields[0] = events;
    this.#fields[EPOLL_DATA_WORD] = fd;
    return this.#result(this.linux.epoll_ctl(epoll, operation, fd, this.#structs.address));
  }

  /** How many events there are, none when the time is over. */
  wait(epoll: number, timeout_ms: number): number {
    const { address } = this.#structs;
    return this.#result(this.linux.epoll_wait(epoll, address, MOST_EVENTS, timeout_ms));
  }

  /** Whose event stands in place `k` of those that `wait` has just told: the descriptor that `watch` put there. */
  descriptorOf(k: number): number {
    return this.#fields[k * EVENT_WORDS + EPOLL_DATA_WORD]!;
  }

  /** 1 where poll(2) says that `events` can be done now, else 0. */
  poll(fd: number, events: number, timeout_ms = 0): number {
    this.#fields[0] = fd;
    this.#fields[1] = events;
    return this.#result(this.#platform.posix.poll(this.#structs.address, 1, timeout_ms));
  }

  /** Into `bytes`. */
  read(fd: number, length_bytes: number): number {
    return this.#result(this.#platform.posix.read(fd, this.#buffer.address, length_bytes));
  }

  /** What stands in `bytes` from `from` on. */
  write(fd: number, length_bytes: number, from = 0): number {
    return this.#result(this.#platform.posix.write(fd, this.#buffer.address + from, length_bytes));
  }

  /** Add one to an event flag. */
  raise(flag: number): void {
    this.words[0] = 1;
    this.words[1] = 0;
    this.#must('write', this.write(flag, 8));
  }

  errnoName(result: number): string {
    return this.#platform.errnoName(-result);
  }

  close(): void {
    for (const fd of this.#open) this.#platform.posix.close(fd);
    this.#open.clear();
    this.#buffer.free();
    this.#structs.free();
  }

  #result(value: number): number {
    return value < 0 ? -this.#platform.errno() : value;
  }

  #must(call: string, value: number): number {
    if (value >= 0) return value;
    const errno = this.#platform.errnoName(this.#platform.errno());
    const hint =
      errno === 'EMFILE' ? 'Take fewer, or raise the limit of open files (ulimit -n)' : '';
    throw new SystemCallError(call, errno, hint);
  }
}
