// The programs that ours are held against: fio for disks (github.com/axboe/fio), cyclictest for wake-ups
// (wiki.linuxfoundation.org/realtime), wrk for servers (github.com/wg/wrk).
import type { Bench } from './bench.ts';
import { checkAll, usageOf, versionOf } from './parts/programs.ts';

export const bench: Bench = {
  id: 'peers',
  title: 'Peers',
  about: 'fio, cyclictest and wrk beside our own drivers, with the same flags, rates and loads',
  // cyclictest, of the package rt-tests, is a program of Linux.
  packages: { apt: ['fio', 'rt-tests', 'wrk'], brew: ['fio', 'wrk'] },
  check: () =>
    checkAll([
      { name: 'fio', answer: versionOf('fio') },
      ...(process.platform === 'linux'
        ? [{ name: 'cyclictest', answer: usageOf('cyclictest', ['--help']) }]
        : []),
      { name: 'wrk', answer: usageOf('wrk', ['-v']) },
    ]),
};
