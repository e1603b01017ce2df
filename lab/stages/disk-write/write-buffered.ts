// A write that returns at once: the page cache has the data, the disk will get it some time later, and a
// power cut before that loses it without a word.
import type { Stage } from '../stage.ts';
import { synchronousWriter } from './parts/synchronous.ts';
import { measureWrites } from './parts/writes.ts';

export const stage: Stage = {
  id: 'write-buffered',
  title: 'Buffered write',
  experiment: 'disk-write',
  mechanism: 'reference',
  about: 'pwrite alone: it returns when the page cache has the block, which no disk knows of yet',
  source: 'https://man7.org/linux/man-pages/man2/write.2.html',
  run: context =>
    measureWrites(context, {
      asserts: 'the kernel has a copy; nothing is said about the disk',
      open: () => synchronousWriter(context, {}),
    }),
};
