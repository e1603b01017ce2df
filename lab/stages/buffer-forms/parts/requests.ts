// The requests that all four forms are given: records that the program makes one after the other and wants
// on the disk, in order. How long each call holds the program, and how long until the disk has the record.
import { readFileSync } from 'node:fs';
import { openTarget } from '../../../drivers/parts/open.ts';
import { Unsupported } from '../../../errors.ts';
import { diskCounter } from '../../../measure/disk-counts.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import type { Door, Opening } from './doors.ts';

export const RECORD_BYTES = 4096;
const RECORD_WORDS = RECORD_BYTES / 4;
const WARMUP = 256;
const START = 0;
const END = 1;

export interface Form {
  readonly buffered: boolean;
  /** More than one where writes may be under way side by side. */
  readonly asynchronous: boolean;
  open(opening: Opening): Door;
}

/** The content of record `sequence`, word by word. */
const wordOf = (sequence: number, place: number): number =>
  place === 0 ? sequence : Math.imul(sequence ^ (place << 12), 0x9e3779b1) >>> 0;

/** Throws Error where the file does not hold every record in its place. */
function verify(path: string, count: number, first: number): number {
  const file = readFileSync(path);
  const words = new Uint32Array(file.buffer, file.byteOffset, file.length / 4);
  for (let record = 0; record < count; record++) {
    for (let place = 0; place < RECORD_WORDS; place++) {
      const found = words[record * RECORD_WORDS + place];
      if (found === wordOf(first + record, place)) continue;
      throw new Error(
        `record ${record} holds ${found} at word ${place}: it is not the one written`,
      );
    }
  }
  return count;
}

export function measureRequests(context: StageContext, form: Form): StageResult {
  const { platform, target, parameters, counting } = context;
  const count = whole(parameters, 'requests');
  const per_write = form.buffered ? whole(parameters, 'buffer_bytes') / RECORD_BYTES : 1;
  const slots = form.asynchronous ? whole(parameters, 'depth') : 1;
  if (!Number.isInteger(per_write) || per_write < 1 || slots < 1) {
    throw new Unsupported(
      `a buffer of ${parameters.buffer_bytes} bytes holds no whole number of records`,
      `give a multiple of ${RECORD_BYTES}`,
    );
  }
  const most = Math.floor((target.bytes ?? 0) / RECORD_BYTES);
  if (Math.max(count, WARMUP) > most) {
    throw new Unsupported(`the file holds ${most} records`, 'give fewer --samples');
  }
  const slot_bytes = per_write * RECORD_BYTES;
  const memory = platform.memory(slots * slot_bytes);
  const record = new Uint32Array(RECORD_WORDS);
  const bytes = new Uint8Array(record.buffer);
  const put_ns = new Float64Array(Math.max(count, WARMUP));
  const held_ns = new Float64Array(put_ns.length);
  const latency_ns = new Float64Array(put_ns.length);
  const times_ns = new Float64Array(2);
  /** First record of each slot, and one behind its last. */
  const from = new Uint32Array(slots);
  const to = new Uint32Array(slots);
  const done = (slot: number) => {
    platform.stamp(times_ns, END);
    for (let i = from[slot]!; i < to[slot]!; i++) latency_ns[i] = times_ns[END]! - put_ns[i]!;
  };
  const fd = openTarget(context, false);
  let door: Door | undefined;
  let sequence = 1;

  /** `n` records to the beginning of the file, and everything written. */
  const write = (through: Door, n: number): void => {
    let slot = 0;
    let filled = 0;
    let begun = 0;
    for (let i = 0; i < n; i++) {
      for (let place = 0; place < RECORD_WORDS; place++) record[place] = wordOf(sequence, place);
      sequence++;
      platform.stamp(put_ns, i);
      if (filled === 0) {
        slot = through.take();
        begun = i;
      }
      memory.bytes.set(bytes, slot * slot_bytes + filled * RECORD_BYTES);
      filled++;
      if (filled === per_write || i === n - 1) {
        from[slot] = begun;
        to[slot] = i + 1;
        through.send(slot, filled * RECORD_BYTES, begun * RECORD_BYTES);
        filled = 0;
      }
      platform.stamp(times_ns, START);
      held_ns[i] = times_ns[START]! - put_ns[i]!;
    }
    through.drain();
  };
  try {
    door = form.open({ platform, fd, memory, slot_bytes, done });
    write(door, WARMUP);
    const first = sequence;
    const disk = diskCounter(target.path);
    const writes = disk?.()?.writes;
    const calls = door.syscalls;
    const begun_ns = counting.begin();
    write(door, count);
    counting.end();
    const elapsed_ns = platform.now() - begun_ns;
    const written = disk?.()?.writes;
    const held = held_ns.subarray(0, count);
    return {
      n: count,
      series: { latency_ns: latency_ns.subarray(0, count), held_ns: held },
      totals: {
        ops_per_s: (count / elapsed_ns) * 1e9,
        syscalls_per_op: (door.syscalls - calls) / count,
        held_share: held.reduce((sum, one) => sum + one, 0) / elapsed_ns,
        ...(writes === undefined || written === undefined
          ? {}
          : { disk_writes_per_op: (written - writes) / count }),
        verified_records: verify(target.path, count, first),
      },
      notes: [
        'writes of the disk are counted for the whole disk: what others did is in them',
        ...(target.direct
          ? []
          : ['through the page cache: a write returns before the disk has it']),
      ],
    };
  } finally {
    try {
      // Nothing may be under way when the memory goes.
      door?.drain();
    } finally {
      door?.close();
      platform.posix.close(fd);
      memory.free();
    }
  }
}
