// An io_uring mapped into this process: two rings shared with the kernel, one to submit through and
// one to collect from. Source: io_uring(7), io_uring_enter(2), linux/io_uring.h.
//
// Words the kernel writes are read by Atomics.load and words it reads are written by Atomics.store:
// a plain load may be hoisted out of a loop by the optimiser, a plain store may sink below a call.
import {
  IORING_ENTER_EXT_ARG,
  IORING_ENTER_GETEVENTS,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SQ_NEED_WAKEUP,
  IOSQE_IO_LINK,
} from '../../ffi/linux/constants.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';
import { mapRing, type RingMemory, refused, type SubmissionThread } from './ring-memory.ts';

/** The flags stand in the second byte of an entry's first word. */
const LINKED = IOSQE_IO_LINK << 8;

/** An entry's first word: the opcode, and its flags (IOSQE_…). */
export const withFlags = (opcode: number, flags: number): number => opcode | (flags << 8);

export class Ring {
  readonly fd: number;
  /** Entries that carried a link when the kernel got them. */
  links = 0;
  readonly #linux: LinuxCalls;
  readonly #platform: Platform;
  readonly #memory: RingMemory;
  readonly #sqe: Uint32Array;
  readonly #words: Int32Array;
  readonly #timeout: Memory;
  readonly #timeoutWords: Uint32Array;
  readonly #sqTail: number;
  readonly #sqFlags: number;
  readonly #sqMask: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqMask: number;
  readonly #cqes: number;
  /** Flags of every io_uring_enter. */
  readonly #always: number;
  #tail = 0;
  #head = 0;
  #queued = 0;

  /** `flags` are IORING_SETUP_…. Throws Unsupported where the kernel or a filter refuses. */
  constructor(platform: Platform, entries: number, flags: number, thread?: SubmissionThread) {
    this.#platform = platform;
    this.#linux = platform.linux!;
    const memory = mapRing(platform, entries, flags, thread);
    this.#memory = memory;
    this.fd = memory.fd;
    this.#sqe = new Uint32Array(memory.sqes.bytes.buffer);
    this.#words = memory.words;
    this.#sqTail = memory.sqTail;
    this.#sqFlags = memory.sqFlags;
    this.#sqMask = memory.sqMask;
    this.#cqHead = memory.cqHead;
    this.#cqTail = memory.cqTail;
    this.#cqMask = memory.cqMask;
    this.#cqes = memory.cqes;
    // Deferred completions appear only to a call that asks for them.
    this.#always = flags & IORING_SETUP_DEFER_TASKRUN ? IORING_ENTER_GETEVENTS : 0;
    // struct io_uring_getevents_arg at 0, its struct __kernel_timespec at 32.
    this.#timeout = platform.memory(64);
    this.#timeoutWords = new Uint32Array(this.#timeout.bytes.buffer);
    new BigUint64Array(this.#timeout.bytes.buffer)[2] = BigInt(this.#timeout.address + 32);
  }

  /** io_uring_register(2) with a list that the kernel copies. Throws Unsupported. */
  register(opcode: number, list: Int32Array | BigUint64Array, count: number): void {
    const memory = this.#platform.memory(list.byteLength);
    memory.bytes.set(new Uint8Array(list.buffer));
    const said = this.#linux.io_uring_register(this.fd, opcode, memory.address, count);
    const error = said < 0 ? refused(this.#platform, 'io_uring_register') : undefined;
    memory.free();
    if (error) throw error;
  }

  /** Take back what was registered, where it was. */
  unregister(opcode: number): void {
    this.#linux.io_uring_register(this.fd, opcode, 0, 0);
  }

  /**
   * Fill the next submission entry; the kernel sees it at the next `enter` or `publish`. `buffer` is the
   * registered buffer or the group of buffers it uses.
   */
  prepare(
    opcode: number,
    fd: number,
    offset: number,
    address_low: number,
    address_high: number,
    length: number,
    user_data: number,
    operation_flags = 0,
    buffer = 0,
  ): void {
    const sqe = this.#sqe;
    const at = (this.#tail & this.#sqMask) << 4;
    sqe[at] = opcode;
    sqe[at + 1] = fd;
    // 64-bit fields as two words: no BigInt on this path. An offset of −1 is the current position.
    sqe[at + 2] = offset < 0 ? 0xffffffff : offset >>> 0;
    sqe[at + 3] = offset < 0 ? 0xffffffff : (offset / 2 ** 32) >>> 0;
    sqe[at + 4] = address_low;
    sqe[at + 5] = address_high;
    sqe[at + 6] = length;
    sqe[at + 7] = operation_flags;
    sqe[at + 8] = user_data;
    sqe[at + 10] = buffer;
    // Words 9 and 11 to 15 stay zero as mapped: nothing here uses them.
    this.#tail = (this.#tail + 1) | 0;
    this.#queued++;
  }

  /**
   * Link the entries that wait to be handed over: each starts when the one before has ended well. The
   * last has no successor, and a link into a later submission would be none.
   */
  linkQueued(): void {
    for (let back = this.#queued; back > 1; back--) {
      const at = ((this.#tail - back) & this.#sqMask) << 4;
      const word = this.#sqe[at]!;
      if ((word & LINKED) !== 0) continue;
      this.#sqe[at] = word | LINKED;
      this.links++;
    }
  }

  /**
   * Hand prepared entries to the kernel and, with `min`, wait for that many completions, at most
   * until `deadline_ns`. Returns entries taken, or a negated errno (−ETIME when time ran out).
   */
  enter(min: number, deadline_ns = Number.POSITIVE_INFINITY, more_flags = 0): number {
    Atomics.store(this.#words, this.#sqTail, this.#tail);
    let flags = this.#always | more_flags;
    let argument = 0;
    let bytes = 0;
    if (min > 0) flags |= IORING_ENTER_GETEVENTS;
    if (min > 0 && deadline_ns !== Number.POSITIVE_INFINITY) {
      const left = Math.max(0, deadline_ns - this.#platform.now());
      this.#timeoutWords[8] = Math.floor(left / 1e9);
      this.#timeoutWords[10] = left % 1e9;
      flags |= IORING_ENTER_EXT_ARG;
      argument = this.#timeout.address;
      bytes = 24;
    }
    const taken = this.#linux.io_uring_enter(this.fd, this.#queued, min, flags, argument, bytes);
    if (taken < 0) return -this.#platform.errno();
    this.#queued -= taken;
    return taken;
  }

  /** Let the kernel's own thread see the prepared entries: a store, and no system call. */
  publish(): void {
    Atomics.store(this.#words, this.#sqTail, this.#tail);
    this.#queued = 0;
  }

  /**
   * Does the kernel's thread sleep? To be asked after `publish`: the thread looks for entries once more
   * after it has said that it will sleep, so one of the two sees the other.
   */
  isThreadAsleep(): boolean {
    return (Atomics.load(this.#words, this.#sqFlags) & IORING_SQ_NEED_WAKEUP) !== 0;
  }

  /** Entries prepared and not yet taken by the kernel. */
  queued(): number {
    return this.#queued;
  }

  /** Completions that can be collected without a system call. */
  ready(): number {
    return (Atomics.load(this.#words, this.#cqTail) - this.#head) | 0;
  }

  /** `user_data` of the completion `k` places from the front. */
  userData(k: number): number {
    return this.#words[this.#cqes + (((this.#head + k) & this.#cqMask) << 2)]!;
  }

  /** Result of the completion `k` places from the front: bytes, or a negated errno. */
  result(k: number): number {
    return this.#words[this.#cqes + (((this.#head + k) & this.#cqMask) << 2) + 2]!;
  }

  /** Flags of the completion `k` places from the front (IORING_CQE_F_…). */
  flags(k: number): number {
    return this.#words[this.#cqes + (((this.#head + k) & this.#cqMask) << 2) + 3]!;
  }

  /** Give `count` completion entries back to the kernel. */
  advance(count: number): void {
    this.#head = (this.#head + count) | 0;
    Atomics.store(this.#words, this.#cqHead, this.#head);
  }

  /** Unmap and close. The owner has drained it: closing a ring does not stop its disk I/O. */
  close(): void {
    this.#timeout.free();
    this.#memory.sqes.free();
    this.#memory.rings.free();
    this.#platform.posix.close(this.fd);
  }
}
