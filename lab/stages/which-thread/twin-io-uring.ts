// io_uring on Linux: reads of pipes that nobody has written to. The kernel notes who wants to be told when
// bytes come, and no thread waits, neither ours nor the kernel's.
import { Descriptors } from '../parts/descriptors.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { RingReads } from './parts/ring-reads.ts';
import { described, READ_CALL, tasksOfThis } from './parts/tasks.ts';

const BYTES = 8;
const AT_POSITION = -1;

function run({ platform, parameters }: StageContext): StageResult {
  const operations = whole(parameters, 'operations');
  const reads = new RingReads(platform, operations);
  const descriptors = new Descriptors(platform);
  try {
    const pipes = Array.from({ length: operations }, () => descriptors.pipe());
    const readers = pipes.map(({ reader }) => reader);
    const before = tasksOfThis(platform).length;
    reads.begin(readers, AT_POSITION);
    const tasks = tasksOfThis(platform);
    const waiting = tasks.filter(
      ({ call, argument }) => call === READ_CALL && readers.includes(argument ?? -1),
    );
    const { in_flight } = reads;
    for (const { writer } of pipes) descriptors.write(writer, BYTES);
    const failed = reads.collect();
    return {
      n: operations,
      totals: {
        asked: operations,
        in_flight,
        waiting_threads: waiting.length,
        added_threads: tasks.length - before,
        failed,
      },
      notes: [`threads while the reads were in flight: ${described(tasks)}`],
    };
  } finally {
    reads.close();
    descriptors.close();
  }
}

export const stage: Stage = {
  id: 'twin-io-uring',
  title: 'io_uring on pipes',
  experiment: 'which-thread',
  mechanism: 'completion',
  about: 'all reads are in flight at once, and no thread waits in any of them',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run,
};
