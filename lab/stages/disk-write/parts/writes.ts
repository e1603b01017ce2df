// What every form of writing is put through: commits of one or several blocks at random places, each timed
// until the form says that it is done, and afterwards every block of the file read back.
import { readFileSync } from 'node:fs';
import { openTarget } from '../../../drivers/parts/open.ts';
import { SystemCallError, Unsupported } from '../../../errors.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { type DiskCounts, diskCounter } from '../../../measure/disk-counts.ts';
import { createRandom, type Random } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

export const BLOCK_BYTES = 4096;
const BLOCK_WORDS = BLOCK_BYTES / 4;
/** A commit before the counting, for each one in it. */
const WARMUP_SHARE = 0.2;

/** Blocks in memory and the places in the file that they go to. */
export interface Batch {
  readonly count: number;
  readonly memory: Memory;
  /** Where block i of the memory stands. */
  address(i: number): number;
  readonly offsets: Float64Array;
}

/** A form, opened. */
export interface Writer {
  /** System calls so far; undefined where another thread makes them and nobody here can count. */
  readonly syscalls: number | undefined;
  /** Write the batch, and return when this form says that it is done. Throws SystemCallError. */
  commit(batch: Batch): void;
  /** After this nothing is in flight. */
  close(): void;
}

export interface Form {
  /** What a program knows when a commit returns. */
  readonly asserts: string;
  /** Throws SystemCallError, Unsupported. */
  open(context: StageContext, batch: Batch): Writer;
}

/** Opens the lab's own file, with more flags of open(2); past the page cache where `direct`. */
export function openScratch(context: StageContext, flags: number, direct = false): number {
  const { platform, target } = context;
  return openTarget({ platform, target: { ...target, direct } }, false, flags);
}

/** A result of a call on the descriptor. Throws SystemCallError where it is not the one expected. */
export function must(platform: Platform, call: string, result: number, expected: number): void {
  if (result === expected) return;
  const name = result < 0 ? platform.errnoName(platform.errno()) : 'EIO';
  throw new SystemCallError(call, name, result < 0 ? '' : `${result} instead of ${expected}`);
}

/** All blocks of the batch by pwrite(2), one after the other. */
export function writeAll(platform: Platform, fd: number, batch: Batch): void {
  for (let i = 0; i < batch.count; i++) {
    const moved = platform.posix.pwrite(fd, batch.address(i), BLOCK_BYTES, batch.offsets[i]!);
    must(platform, 'pwrite', moved, BLOCK_BYTES);
  }
}

/** What each block of the file holds in the end: the number of the write that came last. */
class Contents {
  readonly blocks: number;
  readonly #last: Uint32Array;
  readonly #words: Uint32Array;
  readonly #batch: Batch;
  readonly #random: Random;
  #sequence = 0;

  constructor(batch: Batch, bytes: number, random: Random) {
    this.#batch = batch;
    this.#words = new Uint32Array(batch.memory.bytes.buffer);
    this.blocks = Math.floor(bytes / BLOCK_BYTES);
    this.#last = new Uint32Array(this.blocks);
    this.#random = random;
  }

  /** New blocks in the memory, and places for them: a batch names none twice. */
  next(): void {
    const { count, offsets } = this.#batch;
    const start = Math.floor(this.#random() * this.blocks);
    const stride = 1 + Math.floor(this.#random() * Math.floor((this.blocks - 1) / count));
    for (let i = 0; i < count; i++) {
      const block = (start + i * stride) % this.blocks;
      const sequence = ++this.#sequence;
      this.#words.fill(sequence, i * BLOCK_WORDS, (i + 1) * BLOCK_WORDS);
      this.#words[i * BLOCK_WORDS] = block;
      this.#last[block] = sequence;
      offsets[i] = block * BLOCK_BYTES;
    }
  }

  /** Throws Error where a block is not as it was written last. Returns how many were written. */
  verify(path: string): number {
    const file = readFileSync(path);
    const words = new Uint32Array(file.buffer, file.byteOffset, file.length / 4);
    for (let block = 0; block < this.blocks; block++) {
      const at = block * BLOCK_WORDS;
      const expected = this.#last[block]!;
      if (expected === 0) continue;
      const found = words.subarray(at + 1, at + BLOCK_WORDS).find(word => word !== expected);
      if (words[at] === block && found === undefined) continue;
      throw new Error(
        `block ${block} holds block ${words[at]}, write ${found ?? expected}: not write ${expected}`,
      );
    }
    return this.#last.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0);
  }
}

function makeBatch(platform: Platform, count: number): Batch {
  const memory = platform.memory(count * BLOCK_BYTES);
  const address = (i: number) => memory.address + i * BLOCK_BYTES;
  return { count, memory, address, offsets: new Float64Array(count) };
}

/** Put `form` through its commits. Throws Error where the file does not hold what was written. */
export function measureWrites(context: StageContext, form: Form): StageResult {
  const { platform, target, parameters, seed, counting } = context;
  const commits = whole(parameters, 'commits');
  const records = whole(parameters, 'records');
  const batch = makeBatch(platform, records);
  const contents = new Contents(batch, target.bytes ?? 0, createRandom(seed));
  if (contents.blocks <= records) {
    throw new Unsupported(`the file has no ${records} blocks`, 'give fewer --records');
  }
  const writer = form.open(context, batch);
  const latency_ns = new Float64Array(commits);
  const times_ns = new Float64Array(2);
  const commit = () => {
    contents.next();
    platform.stamp(times_ns, 0);
    writer.commit(batch);
    platform.stamp(times_ns, 1);
  };
  try {
    for (let i = 0; i < Math.ceil(commits * WARMUP_SHARE); i++) commit();
    // Whatever was written before is on the disk now, and is not counted with this.
    flushAll(context);
    const counter = diskCounter(target.path);
    const before = counter?.();
    const calls = writer.syscalls;
    const begun_ns = counting.begin();
    for (let i = 0; i < commits; i++) {
      commit();
      latency_ns[i] = times_ns[1]! - times_ns[0]!;
    }
    counting.end();
    const seconds = (platform.now() - begun_ns) / 1e9;
    const n = commits * records;
    const disk = diskShares(before, counter?.(), n);
    const totals = {
      ops_per_s: n / seconds,
      ...(calls === undefined ? {} : { syscalls_per_op: (writer.syscalls! - calls) / n }),
      ...disk,
      left_ns: flushAll(context),
    };
    const verified = contents.verify(target.path);
    return {
      n,
      series: { latency_ns },
      totals: { ...totals, verified_blocks: verified },
      notes: notesOf(form, disk),
    };
  } finally {
    writer.close();
    batch.memory.free();
  }
}

const notesOf = ({ asserts }: Form, disk: object): string[] => [
  `when it returns: ${asserts}`,
  ...(Object.keys(disk).length > 0
    ? ['writes and flushes of the disk are counted for the whole disk: what others did is in them']
    : []),
];

function diskShares(
  before: DiskCounts | undefined,
  after: DiskCounts | undefined,
  n: number,
): Record<string, number> {
  if (!before || !after) return {};
  const { flushes } = after;
  return {
    disk_writes_per_op: (after.writes - before.writes) / n,
    disk_bytes_per_op: (after.written_bytes - before.written_bytes) / n,
    ...(flushes === undefined || before.flushes === undefined
      ? {}
      : { disk_flushes_per_op: (flushes - before.flushes) / n }),
  };
}

/** Everything of the file goes to the disk; returns how long that took. */
function flushAll(context: StageContext): number {
  const { platform } = context;
  const fd = openScratch(context, 0);
  const start_ns = platform.now();
  const result = platform.posix.fsync(fd);
  const took_ns = platform.now() - start_ns;
  platform.posix.close(fd);
  must(platform, 'fsync', result, 0);
  return took_ns;
}
