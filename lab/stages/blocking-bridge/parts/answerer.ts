// A thread with an event loop of its own: it does the asynchronous part for a thread that sleeps.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { settle } from './bridge.ts';

parentPort?.on('message', async (shared: Int32Array<SharedArrayBuffer>) => {
  await nextTurn();
  settle(shared);
});
parentPort?.postMessage('ready');
