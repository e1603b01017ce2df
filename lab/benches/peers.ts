// fio, the reference that disk measurements are held against (github.com/axboe/fio).
import type { Bench } from './bench.ts';
import { checkAll, versionOf } from './parts/programs.ts';

export const bench: Bench = {
  id: 'peers',
  title: 'Peers',
  about: 'fio beside our own drivers in disk-read, on the same file with the same flags',
  packages: { apt: ['fio'], brew: ['fio'] },
  check: () => checkAll([{ name: 'fio', answer: versionOf('fio') }]),
};
