// fsync without what nobody needs to read the data again: a new time of the last change is no reason to
// write to the file system's journal.
import { Unsupported } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { synchronousWriter } from './parts/synchronous.ts';
import { measureWrites } from './parts/writes.ts';

export const stage: Stage = {
  id: 'write-fdatasync',
  title: 'Write, then fdatasync',
  experiment: 'disk-write',
  mechanism: 'interrupt',
  about: 'pwrite, then fdatasync: as fsync, but the times of the file may reach the disk later',
  source: 'https://man7.org/linux/man-pages/man2/fdatasync.2.html',
  run(context) {
    const { linux } = context.platform;
    if (!linux) throw new Unsupported('fdatasync is not declared here', 'run it on Linux');
    return measureWrites(context, {
      asserts: 'fdatasync: the data is on the disk and can be found; times may come later',
      open: () => synchronousWriter(context, {}, { call: 'fdatasync', run: linux.fdatasync }),
    });
  },
};
