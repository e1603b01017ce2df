// What every form of reading is put through: whole blocks in order or at random, from a cache that is warm
// or has just been emptied of this one file, each timed; then three reads that are aligned to nothing.
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { Unsupported } from '../../../errors.ts';
import { POSIX_FADV_DONTNEED } from '../../../ffi/linux/constants.ts';
import type { Memory } from '../../../ffi/platform.ts';
import { diskCounter } from '../../../measure/disk-counts.ts';
import { fetchedBytes } from '../../../measure/process-io.ts';
import { createRandom, randomInt } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

export const BLOCK_BYTES = 4096;
/** More than this left in the cache is no cold cache. */
const COLD_SHARE = 0.05;
const REHEARSED = 4000;
const REHEARSED_DISK = 200;
const { EINVAL } = constants.errno;

/** A form, opened on the file. */
export interface Reader {
  /** Bytes, or a negated errno. */
  read(address: number, length: number, offset: number): number;
  /** System calls that one read makes. */
  readonly calls: number;
  close(): void;
}

export interface Form {
  /** Throws SystemCallError, Unsupported. */
  open(context: StageContext): Reader;
  /** It asks the disk every time, so no cache is warm or cold for it. */
  readonly past_cache?: true;
  /** It asks nothing but memory. */
  readonly no_disk?: true;
}

/** Throws Error where a block is not the one that was asked for. */
export function measureReads(context: StageContext, form: Form): StageResult {
  const { platform, target, parameters, counting } = context;
  const count = whole(parameters, 'blocks');
  const blocks = Math.floor((target.bytes ?? 0) / BLOCK_BYTES);
  if (blocks < 2 * count) {
    throw new Unsupported(`the file has no ${2 * count} blocks`, 'give fewer --samples');
  }
  const order = orderOf(context, blocks, count);
  const memory = platform.memory(2 * BLOCK_BYTES);
  const words = new Uint32Array(memory.bytes.buffer);
  const latency_ns = new Float64Array(count);
  const times_ns = new Float64Array(2);

  const pass = (reader: Reader, from: Uint32Array, into: Float64Array | undefined): void => {
    for (let i = 0; i < from.length; i++) {
      const block = from[i]!;
      words[0] = ~block;
      platform.stamp(times_ns, 0);
      const got = reader.read(memory.address, BLOCK_BYTES, block * BLOCK_BYTES);
      platform.stamp(times_ns, 1);
      if (got !== BLOCK_BYTES) throw new Error(`read of block ${block} returned ${got}`);
      if (words[0] !== block) throw new Error(`read of block ${block} returned block ${words[0]}`);
      if (into) into[i] = times_ns[1]! - times_ns[0]!;
    }
  };
  let reader: Reader | undefined;
  try {
    rehearse(context, form, pass, order);
    // Opened afterwards: a page that is mapped cannot be dropped.
    const resident = form.no_disk ? undefined : prepareCache(context, form);
    reader = form.open(context);
    const disk = diskCounter(target.path);
    const before = { fetched: fetchedBytes(), reads: disk?.()?.reads, ...faults() };
    const begun_ns = counting.begin();
    pass(reader, order, latency_ns);
    counting.end();
    const seconds = (platform.now() - begun_ns) / 1e9;
    const after = { fetched: fetchedBytes(), reads: disk?.()?.reads, ...faults() };
    const per = (name: keyof typeof before) => {
      const [from, to] = [before[name], after[name]];
      return from === undefined || to === undefined ? undefined : (to - from) / count;
    };
    const totals = {
      ops_per_s: count / seconds,
      syscalls_per_op: reader.calls,
      faults_per_op: per('minor')! + per('major')!,
      major_faults_per_op: per('major'),
      fetched_bytes_per_op: per('fetched'),
      disk_reads_per_op: form.no_disk ? undefined : per('reads'),
      resident_share: resident,
      refused: misaligned(reader, memory),
    };
    return {
      n: count,
      series: { latency_ns },
      totals: withoutGaps(totals),
      notes: [
        'refused: of three reads whose memory, offset or length is aligned to nothing, those that ended with EINVAL',
        ...(form.no_disk
          ? []
          : ['reads of the disk are counted for the whole disk, bytes for this process']),
      ],
    };
  } finally {
    reader?.close();
    memory.free();
  }
}

/** Blocks in the order in which they are read, none twice. */
function orderOf({ parameters, seed }: StageContext, blocks: number, count: number): Uint32Array {
  const random = createRandom(seed);
  const first = randomInt(random, 0, blocks - count);
  if (parameters.pattern !== 'random')
    return Uint32Array.from({ length: count }, (_, i) => first + i);
  const all = Uint32Array.from({ length: blocks }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = randomInt(random, i, blocks);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, count);
}

/** Compiled before it counts; read again and again, the same blocks cost little. */
function rehearse(
  context: StageContext,
  form: Form,
  pass: (reader: Reader, from: Uint32Array, into: undefined) => void,
  order: Uint32Array,
): void {
  const reader = form.open(context);
  const few = order.subarray(0, Math.min(100, order.length));
  const times = (form.past_cache ? REHEARSED_DISK : REHEARSED) / few.length;
  for (let i = 0; i < times; i++) pass(reader, few, undefined);
  reader.close();
}

/** The whole file in the cache, or nothing of it. Returns the share that is there. */
function prepareCache(context: StageContext, form: Form): number {
  const { platform, target, parameters } = context;
  const { linux } = platform;
  if (!linux) throw new Unsupported('the page cache can be emptied of one file on Linux only', '');
  const fd = openSync(target.path, 'r');
  const map = platform.posix.mapFile(fd, target.bytes!, false);
  try {
    const cold = form.past_cache || parameters.cache === 'cold';
    // Clean pages only: the file was flushed when it was made (posix_fadvise(2)).
    if (cold) linux.posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    else readAll(context, fd);
    const share = residentShare(context, map);
    if (!cold || share <= COLD_SHARE) return share;
    throw new Unsupported(
      `the kernel keeps ${Math.round(100 * share)} % of the file in memory, so there is no cold cache`,
      'set IOLAB_HOME to a folder on a disk (ext4, XFS or Btrfs)',
    );
  } finally {
    map.free();
    closeSync(fd);
  }
}

const WARM_CHUNK_BYTES = 2 ** 20;

function readAll({ platform, target }: StageContext, fd: number): void {
  const memory = platform.memory(WARM_CHUNK_BYTES);
  for (let offset = 0; offset < target.bytes!; offset += WARM_CHUNK_BYTES) {
    platform.posix.pread(fd, memory.address, WARM_CHUNK_BYTES, offset);
  }
  memory.free();
}

/** What mincore(2) says of the file's pages: it looks, and brings none in. */
function residentShare({ platform }: StageContext, map: Memory): number {
  const pages = map.length / BLOCK_BYTES;
  const vector = platform.memory(pages);
  platform.linux!.mincore(map.address, map.length, vector.address);
  const resident = vector.bytes.reduce((sum, byte) => sum + (byte & 1), 0);
  vector.free();
  return resident / pages;
}

function faults(): { readonly minor: number; readonly major: number } {
  const { minorPageFault: minor, majorPageFault: major } = process.resourceUsage();
  return { minor, major };
}

/** How many of three reads are refused for their alignment: memory, offset, length (open(2), "O_DIRECT"). */
function misaligned(reader: Reader, { address }: Memory): number {
  const results = [
    reader.read(address + 1, BLOCK_BYTES, 0),
    reader.read(address, BLOCK_BYTES, 1),
    reader.read(address, BLOCK_BYTES - 1, 0),
  ];
  return results.filter(result => result === -EINVAL).length;
}

const withoutGaps = (
  totals: Readonly<Record<string, number | undefined>>,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(totals).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
