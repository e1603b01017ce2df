// What the port is set against: a thread for every operation, blocked in its read. As many threads as
// operations, each with an engine of its own, and nothing that limits how many run.
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../errors.ts';
import { type Ends, openPipe } from '../../examples/ports/handles.ts';
import { windowsOf } from '../../examples/ports/port.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { BLOCKED, type Blocking, READ, WORDS } from './parts/blocked.ts';
import { pause } from './parts/pool.ts';

const LIMIT_MS = 60_000;
const BYTES = 8;

async function run({ platform, parameters }: StageContext): Promise<StageResult> {
  const operations = whole(parameters, 'packets');
  const windows = windowsOf(platform);
  const shared = new SharedArrayBuffer(4 * WORDS);
  const words = new Int32Array(shared);
  const memory = platform.memory(2 * BYTES);
  const before = windows.inspection().threads().length;
  const pipes: Ends[] = [];
  const ended: Promise<unknown>[] = [];
  const until = async (word: number, value: number): Promise<void> => {
    const limit_ns = platform.now() + LIMIT_MS * 1e6;
    while (Atomics.load(words, word) < value) {
      if (platform.now() > limit_ns) throw new TimedOut('the threads did not get so far');
      await pause(1);
    }
  };
  try {
    for (let i = 0; i < operations; i++) {
      const ends = openPipe(platform, { overlapped: false });
      pipes.push(ends);
      const workerData: Blocking = { shared, handle: ends.near };
      const worker = new Worker(new URL('parts/blocked-worker.ts', import.meta.url), {
        workerData,
      });
      ended.push(
        new Promise((resolve, reject) => {
          worker.once('error', reject);
          worker.once('exit', resolve);
        }),
      );
    }
    await until(BLOCKED, operations);
    const threads = windows.inspection().threads().length - before;
    const most_at_once = Atomics.load(words, BLOCKED) - Atomics.load(words, READ);
    return {
      n: operations,
      totals: {
        threads: operations,
        added_threads: threads,
        most_at_once,
        busiest_share: 1 / operations,
      },
    };
  } finally {
    // Each of them reads one message, and ends.
    for (const { far } of pipes)
      windows.WriteFile(far, memory.address, BYTES, memory.address + BYTES, 0);
    await Promise.all(ended);
    for (const { near, far } of pipes) {
      windows.CloseHandle(near);
      windows.CloseHandle(far);
    }
    memory.free();
  }
}

export const stage: Stage = {
  id: 'thread-each',
  title: 'A thread for each operation',
  experiment: 'worker-pool',
  mechanism: 'reference',
  about: 'as many threads as operations, each blocked in the read that it waits for',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/synchronous-and-asynchronous-i-o',
  run,
};
