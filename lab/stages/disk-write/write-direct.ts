// Past the page cache is not the same as durable: the disk has taken the block, and a disk with a cache of
// its own may still lose it when the power goes.
import { Unsupported } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { synchronousWriter } from './parts/synchronous.ts';
import { measureWrites } from './parts/writes.ts';

export const stage: Stage = {
  id: 'write-direct',
  title: 'Write with O_DIRECT',
  experiment: 'disk-write',
  mechanism: 'interrupt',
  about:
    'opened with O_DIRECT and nothing else: the disk has the block, its own cache is not emptied',
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  run(context) {
    if (!context.target.direct) {
      throw new Unsupported(
        'this file system takes no O_DIRECT, or the run was told not to use it',
        'set IOLAB_HOME to a folder on a disk (ext4, XFS or Btrfs)',
      );
    }
    return measureWrites(context, {
      asserts: 'the disk has taken the block; its own cache may still lose it',
      open: () => synchronousWriter(context, { direct: true }),
    });
  },
};
