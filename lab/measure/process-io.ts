// What this process has had fetched from disks, as the kernel counts it (proc_pid_io(5)): also for page
// faults, for read-ahead on its behalf and past the page cache.
import { join } from 'node:path';
import { fieldOf, readText } from './files.ts';

/** Bytes fetched from disks so far; undefined where the kernel does not count them. Never throws. */
export function fetchedBytes(root = '/'): number | undefined {
  const value = fieldOf(readText(join(root, 'proc/self/io')), 'read_bytes');
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
