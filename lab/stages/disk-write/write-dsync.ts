// A descriptor that promises it for every write: no second call, and no way to gather several writes for
// one emptying of the disk's cache.
import { constants } from 'node:fs';
import type { Stage } from '../stage.ts';
import { synchronousWriter } from './parts/synchronous.ts';
import { measureWrites } from './parts/writes.ts';

export const stage: Stage = {
  id: 'write-dsync',
  title: 'Write with O_DSYNC',
  experiment: 'disk-write',
  mechanism: 'interrupt',
  about: 'opened with O_DSYNC: every pwrite by itself returns when the disk has the data',
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  run: context =>
    measureWrites(context, {
      asserts: 'each pwrite: its data is on the disk and can be found',
      open: () => synchronousWriter(context, { flags: constants.O_DSYNC }),
    }),
};
