// pread(2) with O_DIRECT: the disk writes into the program's memory. Nothing is copied, nothing is kept,
// nothing is fetched ahead, and what is not aligned is refused.
import { Unsupported } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { descriptorReader } from './parts/descriptor.ts';
import { measureReads } from './parts/reads.ts';

export const stage: Stage = {
  id: 'read-direct',
  title: 'Read past the page cache',
  experiment: 'page-cache',
  mechanism: 'dma',
  about: 'pread with O_DIRECT: the disk is asked for every block, and moves it to where it belongs',
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  run(context) {
    if (!context.target.direct) {
      throw new Unsupported(
        'this file system takes no O_DIRECT, or the run was told not to use it',
        'set IOLAB_HOME to a folder on a disk (ext4, XFS or Btrfs)',
      );
    }
    return measureReads(context, { past_cache: true, open: () => descriptorReader(context, true) });
  },
};
