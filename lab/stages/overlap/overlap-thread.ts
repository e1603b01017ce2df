// Overlapping by a second thread: it makes the plain read and stands still in the place of the program,
// which works on and looks between two turns at a word that both share.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../errors.ts';
import type { Stage, StageContext } from '../stage.ts';
import { ASKED, FINISHED, FREE, type Helped, OVER, SHARED_BYTES, viewsOf } from './parts/asked.ts';
import { measureOverlap, type Way, workUntil } from './parts/measure.ts';
import type { Operation } from './parts/operation.ts';

const START_LIMIT_MS = 10_000;

async function openHelper({ platform }: StageContext, operation: Operation): Promise<Way> {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const { state, offset_bytes } = viewsOf(shared);
  const { fd, memory, length } = operation;
  const workerData: Helped = { shared, fd, address: memory.address, length };
  const worker = new Worker(new URL('parts/helper.ts', import.meta.url), { workerData });
  const ended = once(worker, 'exit');
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  await once(worker, 'message', { signal: limit }).catch(async error => {
    await worker.terminate();
    throw limit.aborted ? new TimedOut('a second thread did not start') : error;
  });
  const finished = () => Atomics.load(state, 0) === FINISHED;
  return {
    read(offset, work) {
      offset_bytes[0] = offset;
      Atomics.store(state, 0, ASKED);
      Atomics.notify(state, 0);
      workUntil(platform, work, finished);
      Atomics.store(state, 0, FREE);
      return state[1]!;
    },
    async close() {
      Atomics.store(state, 0, OVER);
      Atomics.notify(state, 0);
      await ended;
    },
  };
}

export const stage: Stage = {
  id: 'overlap-thread',
  title: 'Work, and a second thread that waits',
  experiment: 'overlap',
  mechanism: 'interrupt',
  about:
    'a second thread makes the plain read and waits for it, the first works and looks at a word',
  source: 'https://nodejs.org/api/worker_threads.html',
  run: context => measureOverlap(context, operation => openHelper(context, operation)),
};
