// The completion thread of by-hand.ts: it sleeps in the port until an operation has ended, counts it, and ends
// by a packet that says so. Every wait of it is bounded, so that it can be no reason for a process to hang.
import { isMainThread, workerData } from 'node:worker_threads';
import { loadPlatform } from '../../ffi/load.ts';
import { Port } from './port.ts';

export const DONE = 0;
export const FAILED = 1;
export const WORDS = 2;
/** The key of the packet that ends the thread. */
export const END = 1;

export interface Taking {
  readonly port: number;
  readonly shared: SharedArrayBuffer;
}

const BOUND_MS = 5000;
/** So often nothing may come before it takes the program for gone. */
const MOST_SILENCES = 12;

async function take({ port: handle, shared }: Taking): Promise<void> {
  const port = new Port(await loadPlatform(), 0, handle);
  const words = new Int32Array(shared);
  for (let silences = 0; silences < MOST_SILENCES; ) {
    if (!port.take(BOUND_MS)) silences++;
    else if (port.key === END) break;
    else {
      if (port.error !== 0) Atomics.add(words, FAILED, 1);
      Atomics.add(words, DONE, 1);
      Atomics.notify(words, DONE);
    }
  }
  port.close();
}

if (!isMainThread) await take(workerData as Taking);
