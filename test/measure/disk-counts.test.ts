// The kernel's line of counts for a disk, with and without what newer kernels add, and no disk at all.
import { describe, expect, test } from 'vitest';
import { diskCounter, parseDiskStat } from '../../lab/measure/disk-counts.ts';
import { makeTree } from './tree.ts';

const LINE =
  ' 2478073    12401 24120946  1176507    22250    43442 10055040    60258        0    48916  1237979    10188       43  4505152     1110     2963      103\n';

describe('counts of a disk', () => {
  test('reads, writes, bytes and flushes stand where the kernel says', () => {
    expect(parseDiskStat(LINE)).toEqual({
      reads: 2478073,
      read_bytes: 24120946 * 512,
      writes: 22250,
      written_bytes: 10055040 * 512,
      flushes: 2963,
    });
  });

  test('an old kernel counts no flushes, which is not zero', () => {
    expect(parseDiskStat('1 2 3 4 5 6 7 8 9 10 11')).toMatchObject({
      writes: 5,
      flushes: undefined,
    });
  });

  test.each([undefined, '', '1 2 3', 'a b c d e f g h'])('%j is no line of counts', text => {
    expect(parseDiskStat(text)).toBeUndefined();
  });

  test('where no disk is below, there is no counter', () => {
    const root = makeTree({ 'proc/self/mountinfo': '1 1 0:40 / / rw - tmpfs tmpfs rw\n' });
    expect(diskCounter('/', root)).toBeUndefined();
  });
});
