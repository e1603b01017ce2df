// An io_uring mapped into this process: two rings shared with the kernel, one to submit through and
// one to collect from. Source: io_uring(7), io_uring_setup(2), linux/io_uring.h.
//
// Words the kernel writes are read by Atomics.load and words it reads are written by Atomics.store:
// a plain load may be hoisted out of a loop by the optimiser, a plain store may sink below a call.
import { Unsupported } from '../../errors.ts';
import {
  IORING_ENTER_EXT_ARG,
  IORING_ENTER_GETEVENTS,
  IORING_OFF_SQ_RING,
  IORING_OFF_SQES,
  IOSQE_IO_LINK,
} from '../../ffi/linux/constants.ts';
import { URING_CQE_BYTES, URING_PARAMS_BYTES, URING_SQE_BYTES } from '../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';

const fixes: Readonly<Record<string, string>> = {
  EPERM:
    'a container profile or the sysctl kernel.io_uring_disabled forbids it: allow io_uring_setup',
  ENOSYS: 'this kernel has no io_uring, or a seccomp filter hides it: use Linux 5.19 or newer',
  ENOMEM: 'raise the locked-memory limit (ulimit -l)',
};

/** The flags stand in the second byte of an entry's first word. */
const LINKED = IOSQE_IO_LINK << 8;

// struct io_uring_params, in words of four bytes.
const PARAM_SQ_ENTRIES = 0;
const PARAM_CQ_ENTRIES = 1;
const PARAM_FLAGS = 2;
const PARAM_SQ_OFFSETS = 10;
const PARAM_CQ_OFFSETS = 20;

export class Ring {
  readonly fd: number;
  /** io_uring_enter calls made. */
  enters = 0;
  readonly #linux: LinuxCalls;
  readonly #platform: Platform;
  readonly #rings: Memory;
  readonly #sqes: Memory;
  readonly #sqe: Uint32Array;
  readonly #words: Int32Array;
  readonly #timeout: Memory;
  readonly #timeoutWords: Uint32Array;
  readonly #sqTail: number;
  readonly #sqMask: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqMask: number;
  readonly #cqes: number;
  #tail = 0;
  #head = 0;
  #queued = 0;
  /** Entries that carried a link when the kernel got them. */
  links = 0;

  /** Throws Unsupported with errno and fix where the kernel or a filter refuses. */
  constructor(platform: Platform, entries: number, flags: number) {
    this.#platform = platform;
    this.#linux = platform.linux!;
    const params = platform.memory(URING_PARAMS_BYTES);
    const word = new Uint32Array(params.bytes.buffer);
    word[PARAM_FLAGS] = flags;
    this.fd = this.#linux.io_uring_setup(entries, params.address);
    if (this.fd < 0) {
      const name = platform.errnoName(platform.errno());
      params.free();
      throw new Unsupported(
        `io_uring_setup: ${name}`,
        fixes[name] ?? 'see io_uring_setup(2)',
        name,
      );
    }
    const sq = word.slice(PARAM_SQ_OFFSETS, PARAM_SQ_OFFSETS + 10);
    const cq = word.slice(PARAM_CQ_OFFSETS, PARAM_CQ_OFFSETS + 10);
    const sqEntries = word[PARAM_SQ_ENTRIES]!;
    const cqEntries = word[PARAM_CQ_ENTRIES]!;
    params.free();
    // Offsets: head, tail, ring_mask, ring_entries, flags|overflow, dropped|cqes, array.
    const length = Math.max(sq[6]! + 4 * sqEntries, cq[5]! + URING_CQE_BYTES * cqEntries);
    this.#rings = this.#linux.mapShared(this.fd, length, IORING_OFF_SQ_RING);
    this.#sqes = this.#linux.mapShared(this.fd, URING_SQE_BYTES * sqEntries, IORING_OFF_SQES);
    this.#sqe = new Uint32Array(this.#sqes.bytes.buffer);
    this.#words = new Int32Array(this.#rings.bytes.buffer, 0, length >> 2);
    this.#sqTail = sq[1]! >> 2;
    this.#sqMask = this.#words[sq[2]! >> 2]!;
    this.#cqHead = cq[0]! >> 2;
    this.#cqTail = cq[1]! >> 2;
    this.#cqMask = this.#words[cq[2]! >> 2]!;
    this.#cqes = cq[5]! >> 2;
    // The index array maps ring position to entry; the identity serves for good.
    for (let i = 0; i < sqEntries; i++) this.#words[(sq[6]! >> 2) + i] = i;
    // struct io_uring_getevents_arg at 0, its struct __kernel_timespec at 32.
    this.#timeout = platform.memory(64);
    this.#timeoutWords = new Uint32Array(this.#timeout.bytes.buffer);
    new BigUint64Array(this.#timeout.bytes.buffer)[2] = BigInt(this.#timeout.address + 32);
  }

  /** Fill the next submission entry; the kernel sees it at the next `submit`. */
  prepare(
    opcode: number,
    fd: number,
    offset: number,
    address_low: number,
    address_high: number,
    length: number,
    user_data: number,
    operation_flags = 0,
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
    // Words 9 to 15 stay zero as mapped: nothing here uses them.
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
  enter(min: number, deadline_ns = Number.POSITIVE_INFINITY): number {
    Atomics.store(this.#words, this.#sqTail, this.#tail);
    let flags = min > 0 ? IORING_ENTER_GETEVENTS : 0;
    let argument = 0;
    let bytes = 0;
    if (min > 0 && deadline_ns !== Number.POSITIVE_INFINITY) {
      const left = Math.max(0, deadline_ns - this.#platform.now());
      this.#timeoutWords[8] = Math.floor(left / 1e9);
      this.#timeoutWords[10] = left % 1e9;
      flags |= IORING_ENTER_EXT_ARG;
      argument = this.#timeout.address;
      bytes = 24;
    }
    this.enters++;
    const taken = this.#linux.io_uring_enter(this.fd, this.#queued, min, flags, argument, bytes);
    if (taken < 0) return -this.#platform.errno();
    this.#queued -= taken;
    return taken;
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
    this.#sqes.free();
    this.#rings.free();
    this.#platform.posix.close(this.fd);
  }
}
