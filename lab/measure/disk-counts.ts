// What a disk has done since the machine started, as the kernel counts it (Documentation/block/stat.rst):
// for the whole disk, so what others write at the same time is in it.
import { join } from 'node:path';
import { blockDeviceOf } from './block-device.ts';
import { readText } from './files.ts';

/** What the kernel counted of one disk since boot. */
export interface DiskCounts {
  readonly reads: number;
  readonly read_bytes: number;
  readonly writes: number;
  readonly written_bytes: number;
  /** Times the disk was told to empty its own cache; undefined where the kernel does not count them. */
  readonly flushes: number | undefined;
}

const SECTOR_BYTES = 512;
/** Places in the line. */
const READS = 0;
const READ_SECTORS = 2;
const WRITES = 4;
const WRITTEN_SECTORS = 6;
const FLUSHES = 15;

/** Reads the counts of the disk below `path`; undefined where there is none. Never throws. */
export function diskCounter(path: string, root = '/'): (() => DiskCounts | undefined) | undefined {
  const device = blockDeviceOf(path, { root })?.device;
  if (device === undefined) return undefined;
  const file = join(root, 'sys/class/block', device, 'stat');
  return () => parseDiskStat(readText(file));
}

/** Exported for its test. */
export function parseDiskStat(text: string | undefined): DiskCounts | undefined {
  const fields = (text ?? '').trim().split(/\s+/).map(Number);
  if (fields.length <= WRITTEN_SECTORS || fields.some(one => !Number.isInteger(one))) return;
  return {
    reads: fields[READS]!,
    read_bytes: fields[READ_SECTORS]! * SECTOR_BYTES,
    writes: fields[WRITES]!,
    written_bytes: fields[WRITTEN_SECTORS]! * SECTOR_BYTES,
    flushes: fields[FLUSHES],
  };
}
