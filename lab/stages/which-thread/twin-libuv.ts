// The same pool on Linux: fs.read of pipes that nobody has written to. The kernel itself says which threads
// are in read(2), and on which descriptor.

import { Descriptors } from '../parts/descriptors.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { whole } from '../stage.ts';
import { POOL_THREADS, PoolReads, STARVE_MS } from './parts/starving.ts';
import { described, READ_CALL, tasksOfThis } from './parts/tasks.ts';

const BYTES = 8;

async function run({ platform, parameters }: StageContext): Promise<StageResult> {
  const operations = whole(parameters, 'operations');
  const descriptors = new Descriptors(platform);
  const pipes = Array.from({ length: operations }, () => descriptors.pipe());
  const readers = new Set(pipes.map(({ reader }) => reader));
  const before = tasksOfThis(platform).length;
  const reads = new PoolReads([...readers]);
  try {
    await reads.until(operations, STARVE_MS, platform);
    const tasks = tasksOfThis(platform);
    const waiting = tasks.filter(
      ({ call, argument }) => call === READ_CALL && readers.has(argument ?? -1),
    );
    const late = pipes.slice(POOL_THREADS);
    for (const { writer } of late) descriptors.write(writer, BYTES);
    const ended = await reads.until(late.length, STARVE_MS, platform);
    return {
      n: operations,
      totals: {
        asked: operations,
        in_flight: waiting.length,
        waiting_threads: waiting.length,
        added_threads: Math.max(0, tasks.length - before),
        starved: late.length - ended,
      },
      notes: [`threads while the reads were asked for: ${described(tasks)}`],
    };
  } finally {
    for (const { writer } of pipes) descriptors.write(writer, BYTES);
    await reads.over();
    descriptors.close();
  }
}

export const stage: Stage = {
  id: 'twin-libuv',
  title: 'fs.read of pipes on Linux',
  experiment: 'which-thread',
  mechanism: 'reference',
  about:
    'a thread of the pool sleeps in every read that is in flight, and the others have not begun',
  source: 'https://docs.libuv.org/en/v1.x/threadpool.html',
  run,
};
