// pread(2) through the page cache: what is there is copied, what is not is fetched first, and with it what
// the kernel thinks will be asked for next.
import type { Stage } from '../stage.ts';
import { descriptorReader } from './parts/descriptor.ts';
import { measureReads } from './parts/reads.ts';

export const stage: Stage = {
  id: 'read-cached',
  title: 'Read through the page cache',
  experiment: 'page-cache',
  mechanism: 'interrupt',
  about: 'pread through the page cache: one call and one copy a block, and read-ahead in order',
  source: 'https://man7.org/linux/man-pages/man2/readahead.2.html',
  run: context => measureReads(context, { open: () => descriptorReader(context, false) }),
};
