// Pipes that were opened with FILE_FLAG_OVERLAPPED: reading returns at once, and as many reads are in flight
// as were asked for. No thread waits for any of them, so bytes for the last one end the last one.
import { Port, windowsOf } from '../../examples/ports/port.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { whole } from '../stage.ts';
import { cancelBlocked, Pending, READ_BYTES } from './parts/pending.ts';
import { POOL_THREADS, STARVE_MS } from './parts/starving.ts';
import { described, tasksOfThis } from './parts/tasks.ts';

const LIMIT_MS = 10_000;

function run({ platform, parameters }: StageContext): StageResult {
  const operations = whole(parameters, 'operations');
  const windows = windowsOf(platform);
  const inspection = windows.inspection();
  const pending = new Pending(platform, operations);
  const port = new Port(platform, 1);
  const ended = new Set<number>();
  /** Packets until none comes within the time. */
  const collect = (limit_ms: number): void => {
    while (ended.size < operations && port.take(limit_ms)) {
      const index = pending.operations.end(port.pointer, port.key);
      if (index >= 0) ended.add(index);
    }
  };
  try {
    for (const { near } of pending.pipes) port.associate(near, 1);
    const before = inspection.threads().length;
    pending.begin((near, buffer, overlapped) =>
      windows.ReadFile(near, buffer, READ_BYTES, 0, overlapped),
    );
    const added_threads = inspection.threads().length - before;
    const in_flight = pending.operations.ledger.in_flight;
    const waiting_threads = cancelBlocked(platform);
    const meanwhile = described(tasksOfThis(platform));
    // Bytes for all but the first few.
    const late = pending.pipes.slice(POOL_THREADS);
    const moved = platform.memory(4);
    for (const { far } of late) {
      windows.WriteFile(far, pending.address(operations), READ_BYTES, moved.address, 0);
    }
    moved.free();
    collect(STARVE_MS);
    const starved = late.length - ended.size;
    pending.end();
    collect(LIMIT_MS);
    return {
      n: operations,
      totals: { in_flight, waiting_threads, added_threads, starved, ended: ended.size },
      notes: meanwhile ? [`threads while the reads were in flight: ${meanwhile}`] : [],
    };
  } finally {
    pending.close();
    port.close();
  }
}

export const stage: Stage = {
  id: 'open-overlapped',
  title: 'Opened overlapped',
  experiment: 'which-thread',
  mechanism: 'completion',
  about: 'all reads are in flight at once, and no thread waits in any of them',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/synchronous-and-asynchronous-i-o',
  run,
};
