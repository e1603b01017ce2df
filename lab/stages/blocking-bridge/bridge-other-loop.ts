// The answer comes from another thread's event loop, which can turn while this one sleeps. A bridge from
// blocking to asynchronous code needs two threads.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { measureBridge } from './parts/bridge.ts';

async function run(context: StageContext): Promise<StageResult> {
  const worker = new Worker(new URL('./parts/answerer.ts', import.meta.url));
  try {
    await once(worker, 'message');
    return measureBridge(context, shared => worker.postMessage(shared));
  } finally {
    await worker.terminate();
  }
}

export const stage: Stage = {
  id: 'bridge-other-loop',
  title: 'Wait for another thread’s loop',
  experiment: 'blocking-bridge',
  mechanism: 'interrupt',
  about: 'the thread blocks until a worker with an event loop of its own has settled the answer',
  source: 'https://nodejs.org/api/worker_threads.html',
  run,
};
