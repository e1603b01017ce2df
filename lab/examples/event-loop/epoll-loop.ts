// The event loop on readiness: epoll says which descriptors can be read or written now, and the handler
// makes the call itself. Level-triggered, so a handler that leaves something is called again in the next
// turn, and no descriptor keeps the others waiting. Source: epoll(7).
import { kept, timeoutMilliseconds } from '../../drivers/parts/slots.ts';
import { SystemCallError, Unsupported } from '../../errors.ts';
import {
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLIN,
} from '../../ffi/linux/constants.ts';
import { EPOLL_EVENT_BYTES } from '../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';
import { Loop } from './loop.ts';

/** Gets the events that are there: EPOLLIN, EPOLLOUT, EPOLLHUP … */
export type ReadyHandler = (events: number) => void;

/** Events taken in one turn; the rest come in the next one. More would keep the timers waiting. */
const MOST_EVENTS = 256;
const WORDS = EPOLL_EVENT_BYTES / 4;
/** The two words that are ours in a struct epoll_event stand at its end. */
const DATA = WORDS - 2;

export class EpollLoop extends Loop {
  protected pending = 0;
  readonly #linux: LinuxCalls;
  readonly #epoll: number;
  /** One event to tell the kernel something, then those that it tells us. */
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  readonly #told: readonly [number, null];
  readonly #events: readonly [number, null];
  /** By descriptor. */
  readonly #handlers: (ReadyHandler | undefined)[] = [];
  /** By descriptor: how often its number was let go. */
  readonly #generations: number[] = [];
  #open = true;

  constructor(platform: Platform) {
    super(platform);
    if (!platform.linux) throw new Unsupported('epoll exists on Linux only', 'run it on Linux');
    this.#linux = platform.linux;
    this.#memory = platform.memory(EPOLL_EVENT_BYTES * (1 + MOST_EVENTS));
    this.#words = new Uint32Array(this.#memory.bytes.buffer, 0, WORDS * (1 + MOST_EVENTS));
    this.#told = kept(this.#memory.address);
    this.#events = kept(this.#memory.address + EPOLL_EVENT_BYTES);
    this.#epoll = this.#linux.epoll_create1(EPOLL_CLOEXEC);
    if (this.#epoll < 0) this.#fail('epoll_create1');
  }

  /** Call `handler` in every turn in which one of `events` is there. Replaces what was asked before. */
  watch(fd: number, events: number, handler: ReadyHandler): void {
    const known = this.#handlers[fd] !== undefined;
    this.#control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, events);
    this.#handlers[fd] = handler;
    if (!known) this.pending++;
  }

  /** Before the descriptor is closed. Events that were already collected are dropped too. */
  unwatch(fd: number): void {
    if (this.#handlers[fd] === undefined) return;
    this.#control(EPOLL_CTL_DEL, fd, 0);
    this.#handlers[fd] = undefined;
    this.#generations[fd] = this.#generation(fd) + 1;
    this.pending--;
  }

  whenReadable(fd: number, callback: () => void): void {
    const once = (): void => {
      this.unwatch(fd);
      callback();
    };
    try {
      this.watch(fd, EPOLLIN, once);
    } catch (error) {
      // A regular file can always be read, so epoll refuses to say when (epoll_ctl(2), EPERM).
      if (!(error instanceof SystemCallError) || error.errno !== 'EPERM') throw error;
      this.later(callback);
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.pending = 0;
    this.platform.posix.close(this.#epoll);
    this.#memory.free();
  }

  protected wait(deadline_ns: number): void {
    const timeout_ms = timeoutMilliseconds(this.platform, deadline_ns);
    this.calls++;
    const ready = this.#linux.epoll_wait(this.#epoll, this.#events[0], MOST_EVENTS, timeout_ms);
    this.now_ns = this.platform.now();
    if (ready < 0 && this.platform.errno() !== EINTR) this.#fail('epoll_wait');
    const words = this.#words;
    for (let i = 1; i <= ready; i++) {
      const at = i * WORDS;
      const fd = words[at + DATA]!;
      // A handler of this turn may have closed the descriptor, and accept(2) given its number to
      // another connection: the event is not for that one (epoll(7), "Questions and answers").
      if (words[at + DATA + 1] !== this.#generation(fd)) continue;
      this.#handlers[fd]?.(words[at]!);
    }
  }

  #generation(fd: number): number {
    return this.#generations[fd] ?? 0;
  }

  #control(operation: number, fd: number, events: number): void {
    this.calls++;
    this.#words[0] = events;
    this.#words[DATA] = fd;
    this.#words[DATA + 1] = this.#generation(fd);
    if (this.#linux.epoll_ctl(this.#epoll, operation, fd, this.#told[0]) < 0) {
      this.#fail(`epoll_ctl of descriptor ${fd}`);
    }
  }

  #fail(call: string): never {
    throw new SystemCallError(call, this.platform.errnoName(this.platform.errno()));
  }
}
