// The thread of work-in-worker.ts: for every message it does one unit and answers with the result.
import { parentPort } from 'node:worker_threads';
import { checksum, EMPTY, UNIT } from './work.ts';

parentPort!.on('message', () => parentPort!.postMessage(checksum(EMPTY, 0, UNIT)));
