// mmap(2): the block is copied from memory, and the page fault fetches it. A fault brings more than its
// own page: the pages around it that the cache has already, and from the disk a stretch around it.
import { openTarget } from '../../drivers/parts/open.ts';
import { MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL } from '../../ffi/linux/constants.ts';
import type { Stage, StageContext } from '../stage.ts';
import { measureReads, type Reader } from './parts/reads.ts';

const ADVICE: Readonly<Record<string, number>> = {
  normal: MADV_NORMAL,
  random: MADV_RANDOM,
  sequential: MADV_SEQUENTIAL,
};

function open({ platform, target, parameters }: StageContext): Reader {
  const { posix } = platform;
  const fd = openTarget({ platform, target: { ...target, direct: false } }, false);
  const map = posix.mapFile(fd, target.bytes!, false);
  posix.madvise(map.address, map.length, ADVICE[parameters.advice ?? 'normal']!);
  return {
    calls: 0,
    read(address, length, offset) {
      posix.copy(address, map.address + offset, length);
      return length;
    },
    close() {
      map.free();
      posix.close(fd);
    },
  };
}

export const stage: Stage = {
  id: 'read-mapped',
  title: 'Copy out of a mapped file',
  experiment: 'page-cache',
  mechanism: 'interrupt',
  about: 'the file is mapped and a block copied out of it: no call, and the page fault is the I/O',
  source: 'https://man7.org/linux/man-pages/man2/mmap.2.html',
  run: context => measureReads(context, { open: () => open(context) }),
};
