// The event loop on completions: an operation is handed to the kernel with the handler that is called
// when it has ended. What all handlers of a turn start goes to the kernel in the one call that also waits
// for what ends next, so a busy loop makes one system call a turn. Source: io_uring(7).
import { Ring } from '../../drivers/parts/ring.ts';
import { SystemCallError, Unsupported } from '../../errors.ts';
import {
  EINTR,
  ETIME,
  IORING_ACCEPT_MULTISHOT,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_ANY,
  IORING_CQE_F_MORE,
  IORING_OP_ACCEPT,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_POLL_ADD,
  IORING_OP_RECV,
  IORING_OP_SEND,
  MSG_NOSIGNAL,
  POLLIN,
  SOCK_CLOEXEC,
} from '../../ffi/linux/constants.ts';
import type { Platform } from '../../ffi/platform.ts';
import { Loop } from './loop.ts';

/** Gets what the call would have returned, or a negated errno; `more` where others will follow. */
export type DoneHandler = (result: number, more: boolean) => void;

/** Entries of the submission queue: what is started beyond them goes to the kernel early. */
const ENTRIES = 1024;
/** The user data of cancel requests, whose own ends nobody waits for. */
const CANCEL = 0x7fffffff;
const DRAIN_LIMIT_NS = 5e9;

export class UringLoop extends Loop {
  protected pending = 0;
  readonly #ring: Ring;
  /** By number, which is the operation's user data; a number is free again when the operation ends. */
  readonly #handlers: (DoneHandler | undefined)[] = [];
  readonly #free: number[] = [];
  #open = true;

  /** Throws Unsupported with errno and fix where the kernel or a filter refuses. */
  constructor(platform: Platform) {
    super(platform);
    if (!platform.linux) throw new Unsupported('io_uring exists on Linux only', 'run it on Linux');
    this.#ring = new Ring(platform, ENTRIES, 0);
  }

  /**
   * Accept connections on `fd`, one after the other without being asked again: each end brings one
   * descriptor. A kernel before 5.19 refuses with −EINVAL; see `accept`.
   */
  acceptMany(fd: number, done: DoneHandler): number {
    return this.#start(IORING_OP_ACCEPT | IORING_ACCEPT_MULTISHOT, fd, 0, 0, 0, SOCK_CLOEXEC, done);
  }

  accept(fd: number, done: DoneHandler): number {
    return this.#start(IORING_OP_ACCEPT, fd, 0, 0, 0, SOCK_CLOEXEC, done);
  }

  /**
   * The memory belongs to the kernel until `done` is called. Its address comes in two words of 32 bits:
   * one number of that size would be boxed at every call.
   */
  receive(fd: number, low: number, high: number, length: number, done: DoneHandler): number {
    return this.#start(IORING_OP_RECV, fd, low, high, length, 0, done);
  }

  send(fd: number, low: number, high: number, length: number, done: DoneHandler): number {
    return this.#start(IORING_OP_SEND, fd, low, high, length, MSG_NOSIGNAL, done);
  }

  whenReadable(fd: number, callback: () => void): void {
    this.#start(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLIN, () => callback());
  }

  /** Ask for an early end. The operation's handler is called all the same, mostly with −ECANCELED. */
  abort(operation: number): void {
    this.#makeRoom();
    this.#ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, operation, 0, 0, CANCEL);
  }

  /** Cancel what is in flight and wait for its end: until then the kernel may write to memory. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const everything = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
    this.#makeRoom();
    this.#ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0, 0, CANCEL, everything);
    const deadline_ns = this.platform.now() + DRAIN_LIMIT_NS;
    const silent = () => {};
    for (let i = 0; i < this.#handlers.length; i++)
      if (this.#handlers[i]) this.#handlers[i] = silent;
    while (this.pending > 0 && this.platform.now() < deadline_ns) this.wait(deadline_ns);
    if (this.#ring.queued() > 0) this.#ring.enter(0);
    this.#ring.close();
  }

  protected wait(deadline_ns: number): void {
    const ring = this.#ring;
    const wanted = ring.ready() > 0 || deadline_ns === 0 ? 0 : 1;
    if (wanted > 0 || ring.queued() > 0) {
      this.calls++;
      const result = ring.enter(wanted, deadline_ns);
      // Short of memory, the kernel takes no more before some ends are collected (EBUSY, EAGAIN).
      const usual = result >= 0 || result === -ETIME || result === -EINTR;
      if (!usual && ring.ready() === 0) this.#fail(-result);
    }
    this.now_ns = this.platform.now();
    // What a handler starts may end within this turn: it is collected in the next one.
    const ready = ring.ready();
    for (let k = 0; k < ready; k++) {
      const operation = ring.userData(0);
      const result = ring.result(0);
      const more = (ring.flags(0) & IORING_CQE_F_MORE) !== 0;
      // Given back first: the handler may start so much that the kernel needs the room.
      ring.advance(1);
      if (operation !== CANCEL) this.#end(operation, result, more);
    }
  }

  #end(operation: number, result: number, more: boolean): void {
    const handler = this.#handlers[operation]!;
    if (!more) {
      this.#handlers[operation] = undefined;
      this.#free.push(operation);
      this.pending--;
    }
    handler(result, more);
  }

  #start(
    opcode: number,
    fd: number,
    low: number,
    high: number,
    length: number,
    flags: number,
    done: DoneHandler,
  ): number {
    this.#makeRoom();
    const operation = this.#free.pop() ?? this.#handlers.length;
    this.#handlers[operation] = done;
    this.pending++;
    this.#ring.prepare(opcode, fd, 0, low, high, length, operation, flags);
    return operation;
  }

  #makeRoom(): void {
    if (this.#ring.queued() < ENTRIES) return;
    this.calls++;
    const result = this.#ring.enter(0);
    if (result < 0) this.#fail(-result);
  }

  #fail(errno: number): never {
    throw new SystemCallError('io_uring_enter', this.platform.errnoName(errno));
  }
}
