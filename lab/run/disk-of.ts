// What is said in the records of the disk behind a device's path, and which interrupts of this machine are its.
import type { CellResult } from '../cell/protocol.ts';
import { blockDeviceOf, readInterrupts, sumLines } from '../measure/interrupts.ts';
import { auditPath } from '../measure/mounts.ts';
import type { RecordFrame } from './series.ts';

const FACTS = [
  'scheduler',
  'rotational',
  'io_poll',
  'queues',
  'nr_requests',
  'write_cache',
  'read_ahead_bytes',
] as const;
const IDLE_MS = 250;
const QUIET_MS = 500;

/** How a disk tells of its ends: by these lines of /proc/interrupts, and so often when nothing is measured. */
export interface DiskInterrupts {
  readonly lines: RegExp;
  readonly idle_per_ns: number;
}

export interface DiskFacts {
  /** What stands in each record of the device. */
  readonly identity: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** Where the path itself decides what the device is. */
  readonly evidence?: RecordFrame['evidence']['device'];
  readonly interrupts?: DiskInterrupts;
}

/** Of the disk that `path` is or lies on; `processor` is what this machine runs on. Takes a second where it has interrupts. */
export async function factsOfDisk(
  path: string,
  processor: RecordFrame['evidence']['processor'],
): Promise<DiskFacts> {
  if (path === '') return { identity: {}, notes: [] };
  const disk = blockDeviceOf(path);
  // Where a disk's own node lies, in /dev, says nothing of the disk.
  const place = disk?.fs === 'none' ? undefined : auditPath(path);
  const identity: Record<string, string> = place ? { file_system: place.fs } : {};
  for (const key of FACTS) if (disk?.[key] !== undefined) identity[key] = String(disk[key]);
  const notes = [
    ...(place?.note ? [place.note] : []),
    ...(disk?.reason ? [`interrupts: ${disk.reason}`] : []),
  ];
  const evidence =
    place?.medium === 'memory' ? 'stand-in' : processor === 'metal' ? 'hardware' : undefined;
  const lines = disk?.lines;
  return {
    identity,
    notes,
    ...(evidence === undefined ? {} : { evidence }),
    ...(lines === undefined ? {} : { interrupts: { lines, idle_per_ns: await idleRate(lines) } }),
  };
}

/** Interrupts for one operation of a cell, without those that come when nothing is measured. */
export function interruptsPerOp(
  { totals, n }: CellResult,
  idle_per_ns: number,
): Record<string, number> {
  const { interrupts, elapsed_ns } = totals;
  if (interrupts === undefined || elapsed_ns === undefined || n === 0) return {};
  return { interrupts_per_op: Math.max(0, interrupts - idle_per_ns * elapsed_ns) / n };
}

/** Interrupts per nanosecond on these lines while the lab does nothing. */
async function idleRate(lines: RegExp): Promise<number> {
  // The file has just been written: what the disk still does about it is not idleness.
  await new Promise(resolve => setTimeout(resolve, QUIET_MS));
  const before = sumLines(readInterrupts(), lines) ?? 0;
  const start_ms = performance.now();
  await new Promise(resolve => setTimeout(resolve, IDLE_MS));
  const after = sumLines(readInterrupts(), lines) ?? 0;
  return (after - before) / ((performance.now() - start_ms) * 1e6);
}
