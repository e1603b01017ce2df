// The classic: write, then wait until the disk has it all. One fsync(2) serves any number of writes before
// it, which is why databases gather commits.
import type { Stage } from '../stage.ts';
import { synchronousWriter } from './parts/synchronous.ts';
import { measureWrites } from './parts/writes.ts';

export const stage: Stage = {
  id: 'write-fsync',
  title: 'Write, then fsync',
  experiment: 'disk-write',
  mechanism: 'interrupt',
  about: 'pwrite, then fsync: it returns when the disk has the data and what is needed to find it',
  source: 'https://man7.org/linux/man-pages/man2/fsync.2.html',
  run: context =>
    measureWrites(context, {
      asserts: 'fsync: data and attributes of the file are on the disk, its own cache emptied',
      open: () =>
        synchronousWriter(context, {}, { call: 'fsync', run: context.platform.posix.fsync }),
    }),
};
