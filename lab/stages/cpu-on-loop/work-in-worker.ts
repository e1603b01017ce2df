// The cure where there is a second processor: another thread does the work, and the loop waits for its
// result as for any other event.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { stageWork } from './parts/beside.ts';

async function workElsewhere(context: StageContext): Promise<StageResult> {
  const worker = new Worker(new URL('parts/helper.ts', import.meta.url));
  try {
    return await stageWork(context, async () => {
      worker.postMessage('one unit');
      const [result] = (await once(worker, 'message')) as [number];
      return result;
    });
  } finally {
    await worker.terminate();
  }
}

export const stage: Stage = {
  id: 'work-in-worker',
  title: 'Work in a worker thread',
  experiment: 'cpu-on-loop',
  mechanism: 'interrupt',
  about: 'another thread does each unit of work and sends its result',
  source: 'https://nodejs.org/api/worker_threads.html',
  run: workElsewhere,
};
