// io_uring has threads of its own for what cannot be done without blocking: here every read of a file is
// sent to them at once (IOSQE_ASYNC). They are made by the kernel, stand among this process' threads, and
// are limited in number, so that many reads share few of them.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { RingReads } from './parts/ring-reads.ts';
import { described, tasksOfThis } from './parts/tasks.ts';

const IOSQE_ASYNC = 1 << 4;
/** What the kernel calls its workers: iou-wrk- and the number of the thread that they work for. */
const WORKER = /^iou-wrk/;

function run({ platform, parameters, target }: StageContext): StageResult {
  const operations = whole(parameters, 'operations');
  const reads = new RingReads(platform, operations);
  const path = join(target.path, 'read-by-workers');
  writeFileSync(path, Buffer.alloc(4096, 1));
  const fd = platform.posix.open(path, 0);
  try {
    const before = tasksOfThis(platform).length;
    reads.begin(Array(operations).fill(fd), 0, IOSQE_ASYNC);
    const failed = reads.collect();
    // They linger for a while when their work is done.
    const tasks = tasksOfThis(platform);
    return {
      n: operations,
      totals: {
        asked: operations,
        in_flight: operations,
        kernel_threads: tasks.filter(({ name }) => WORKER.test(name)).length,
        added_threads: tasks.length - before,
        failed,
      },
      notes: [`threads when the reads had ended: ${described(tasks)}`],
    };
  } finally {
    reads.close();
    platform.posix.close(fd);
    rmSync(path);
  }
}

export const stage: Stage = {
  id: 'twin-io-uring-workers',
  title: 'io_uring by its own workers',
  experiment: 'which-thread',
  mechanism: 'reference',
  about: 'the kernel makes a few threads for this process, and they do the blocking',
  source: 'https://man7.org/linux/man-pages/man2/io_uring_register.2.html',
  run,
};
