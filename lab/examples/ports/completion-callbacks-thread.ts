// One completion thread of completion-callbacks.ts, with the handlers that it may have to run. It ends by a
// packet, and every wait of it is bounded.
import { isMainThread, workerData } from 'node:worker_threads';
import { loadPlatform } from '../../ffi/load.ts';
import { Port, windowsOf } from './port.ts';

/** The key of the packet that ends a thread, and those of the handlers. */
export const END = 99;
const COUNTS_CALLS = 1;
const COUNTS_BYTES = 2;
export const HANDLER_KEYS = [COUNTS_CALLS, COUNTS_BYTES];

export const CALLED = 0;
export const handlerWord = (key: number): number => key;
export const threadWord = (index: number): number => 4 + index;
export const WORDS = 16;

export interface Calling {
  readonly port: number;
  readonly shared: SharedArrayBuffer;
  readonly index: number;
}

const BOUND_MS = 5000;
const MOST_SILENCES = 12;

async function run({ port: handle, shared, index }: Calling): Promise<void> {
  const platform = await loadPlatform();
  const words = new Int32Array(shared);
  const port = new Port(platform, 0, handle);
  const handlers = new Map([
    [COUNTS_CALLS, () => Atomics.add(words, handlerWord(COUNTS_CALLS), 1)],
    [COUNTS_BYTES, () => Atomics.add(words, handlerWord(COUNTS_BYTES), port.bytes)],
  ]);
  words[threadWord(index)] = windowsOf(platform).GetCurrentThreadId();
  for (let silences = 0; silences < MOST_SILENCES; ) {
    if (!port.take(BOUND_MS)) silences++;
    else if (port.key === END) break;
    else {
      handlers.get(port.key)?.();
      Atomics.add(words, CALLED, 1);
      Atomics.notify(words, CALLED);
    }
  }
  port.close();
}

if (!isMainThread) await run(workerData as Calling);
