// Setting up an io_uring and mapping what it shares with the kernel: the two rings, in one piece of
// memory, and the entries. Source: io_uring_setup(2), linux/io_uring.h.
import { Unsupported } from '../../errors.ts';
import { IORING_OFF_SQ_RING, IORING_OFF_SQES } from '../../ffi/linux/constants.ts';
import { URING_CQE_BYTES, URING_PARAMS_BYTES, URING_SQE_BYTES } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';

/** The kernel's thread that takes entries by itself (IORING_SETUP_SQPOLL). */
export interface SubmissionThread {
  /** Without work for so long it goes to sleep. */
  readonly idle_ms: number;
  /** Used with IORING_SETUP_SQ_AFF only. */
  readonly cpu: number;
}

export interface RingMemory {
  readonly fd: number;
  /** Both rings, and the entries. */
  readonly rings: Memory;
  readonly sqes: Memory;
  readonly words: Int32Array;
  /** Places in `words`; masks are the number of places less one. */
  readonly sqTail: number;
  readonly sqFlags: number;
  readonly sqMask: number;
  readonly cqHead: number;
  readonly cqTail: number;
  readonly cqMask: number;
  readonly cqes: number;
}

const fixes: Readonly<Record<string, string>> = {
  EPERM:
    'a container profile or the sysctl kernel.io_uring_disabled forbids it: allow io_uring_setup',
  ENOSYS: 'this kernel has no io_uring, or a seccomp filter hides it: use Linux 5.19 or newer',
  ENOMEM: 'raise the locked-memory limit (ulimit -l)',
};

/** Why a call of io_uring's failed just now, and what to do about it. */
export function refused(platform: Platform, call: string): Unsupported {
  const name = platform.errnoName(platform.errno());
  return new Unsupported(`${call}: ${name}`, fixes[name] ?? `see ${call}(2)`, name);
}

// struct io_uring_params, in words of four bytes.
const PARAM_SQ_ENTRIES = 0;
const PARAM_CQ_ENTRIES = 1;
const PARAM_FLAGS = 2;
const PARAM_SQ_THREAD_CPU = 3;
const PARAM_SQ_THREAD_IDLE = 4;
const PARAM_SQ_OFFSETS = 10;
const PARAM_CQ_OFFSETS = 20;

/** Throws Unsupported with errno and fix where the kernel or a filter refuses. */
export function mapRing(
  platform: Platform,
  entries: number,
  flags: number,
  thread: SubmissionThread | undefined,
): RingMemory {
  const linux = platform.linux!;
  const params = platform.memory(URING_PARAMS_BYTES);
  const word = new Uint32Array(params.bytes.buffer);
  word[PARAM_FLAGS] = flags;
  word[PARAM_SQ_THREAD_CPU] = thread?.cpu ?? 0;
  word[PARAM_SQ_THREAD_IDLE] = thread?.idle_ms ?? 0;
  const fd = linux.io_uring_setup(entries, params.address);
  if (fd < 0) {
    const error = refused(platform, 'io_uring_setup');
    params.free();
    throw error;
  }
  const sq = word.slice(PARAM_SQ_OFFSETS, PARAM_SQ_OFFSETS + 10);
  const cq = word.slice(PARAM_CQ_OFFSETS, PARAM_CQ_OFFSETS + 10);
  const sqEntries = word[PARAM_SQ_ENTRIES]!;
  const cqEntries = word[PARAM_CQ_ENTRIES]!;
  params.free();
  // Offsets: head, tail, ring_mask, ring_entries, flags|overflow, dropped|cqes, array.
  const length = Math.max(sq[6]! + 4 * sqEntries, cq[5]! + URING_CQE_BYTES * cqEntries);
  const rings = linux.mapShared(fd, length, IORING_OFF_SQ_RING);
  const sqes = linux.mapShared(fd, URING_SQE_BYTES * sqEntries, IORING_OFF_SQES);
  const words = new Int32Array(rings.bytes.buffer, 0, length >> 2);
  // The index array maps ring position to entry; the identity serves for good.
  for (let i = 0; i < sqEntries; i++) words[(sq[6]! >> 2) + i] = i;
  return {
    fd,
    rings,
    sqes,
    words,
    sqTail: sq[1]! >> 2,
    sqFlags: sq[4]! >> 2,
    sqMask: words[sq[2]! >> 2]!,
    cqHead: cq[0]! >> 2,
    cqTail: cq[1]! >> 2,
    cqMask: words[cq[2]! >> 2]!,
    cqes: cq[5]! >> 2,
  };
}
