// Node's worker threads: a thread of the system with an engine and an event loop of its own, which
// JavaScript needs for a second flow. It counts as made when its code has run.
import { Worker } from 'node:worker_threads';
import type { Stage } from '../stage.ts';
import { type Maker, measureSpawn } from './parts/measure.ts';
import { memoryOf } from './parts/memory.ts';

/** Says that it runs, and then waits for messages that never come. */
const CODE = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', () => {});
parentPort.postMessage('here');`;

function workerMaker(): Maker {
  const workers: Worker[] = [];
  return {
    make() {
      const worker = new Worker(CODE, { eval: true });
      workers.push(worker);
      return new Promise<void>((resolve, reject) => {
        worker.once('message', () => resolve());
        worker.once('error', reject);
      });
    },
    memory: () => memoryOf('self'),
    async end() {
      await Promise.all(workers.splice(0).map(worker => worker.terminate()));
    },
  };
}

export const stage: Stage = {
  id: 'thread-worker',
  title: 'Worker thread of Node',
  experiment: 'spawn-cost',
  mechanism: 'reference',
  about: 'a thread that brings its own engine and event loop for every flow',
  source: 'https://nodejs.org/api/worker_threads.html',
  run: context => measureSpawn(context, workerMaker),
};
