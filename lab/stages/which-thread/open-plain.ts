// The same pipes opened without the flag, read by Node's asynchronous fs.read: it looks the same to the
// program, and is a thread of a pool that blocks in every read. When all threads of the pool are blocked, the
// reads behind them are not even begun.
import { closeSync, openSync } from 'node:fs';
import { createPipe } from '../../examples/ports/handles.ts';
import { windowsOf } from '../../examples/ports/port.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { whole } from '../stage.ts';
import { cancelBlocked } from './parts/pending.ts';
import { POOL_THREADS, PoolReads, STARVE_MS } from './parts/starving.ts';
import { described, tasksOfThis } from './parts/tasks.ts';

const BYTES = 8;

async function run({ platform, parameters }: StageContext): Promise<StageResult> {
  const operations = whole(parameters, 'operations');
  const windows = windowsOf(platform);
  const inspection = windows.inspection();
  const memory = platform.memory(2 * BYTES);
  const pipes = Array.from({ length: operations }, () => {
    const { near, name } = createPipe(platform, { overlapped: false, buffer_bytes: 256 });
    return { near, fd: openSync(name, 'r+') };
  });
  const write = (near: number) =>
    windows.WriteFile(near, memory.address, BYTES, memory.address + BYTES, 0);
  const before = inspection.threads().length;
  const reads = new PoolReads(pipes.map(({ fd }) => fd));
  try {
    // Time for every thread of the pool to take a read.
    await reads.until(operations, STARVE_MS, platform);
    const added_threads = Math.max(0, inspection.threads().length - before);
    const meanwhile = described(tasksOfThis(platform));
    const late = pipes.slice(POOL_THREADS);
    for (const { near } of late) write(near);
    const ended = await reads.until(late.length, STARVE_MS, platform);
    const starved = late.length - ended;
    // Who is in a call now? It is cancelled by the question, and the next read takes the thread.
    const waiting_threads = cancelBlocked(platform);
    return {
      n: operations,
      totals: {
        asked: operations,
        in_flight: waiting_threads,
        waiting_threads,
        added_threads,
        starved,
      },
      notes: meanwhile ? [`threads while the reads were asked for: ${meanwhile}`] : [],
    };
  } finally {
    for (const { near } of pipes) write(near);
    await reads.over();
    for (const { near, fd } of pipes) {
      closeSync(fd);
      windows.CloseHandle(near);
    }
    memory.free();
  }
}

export const stage: Stage = {
  id: 'open-plain',
  title: 'Opened plainly, asynchronous by a pool',
  experiment: 'which-thread',
  mechanism: 'reference',
  about: 'as many reads are in flight as the pool has threads, and each blocks one of them',
  source: 'https://docs.libuv.org/en/v1.x/threadpool.html',
  run,
};
