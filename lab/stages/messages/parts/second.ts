// The second of two threads: asked by the first, it asks back and waits for that answer before it gives its
// own. It never waits longer than it was told, so what would be a deadlock becomes a count.
import { parentPort, workerData } from 'node:worker_threads';
import { SMTO_NORMAL } from '../../../ffi/windows/messages.ts';
import { openDesk } from '../../../messages/desk.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { WindowClass } from '../../../messages/window.ts';
import { ANSWERED, TIMED_OUT } from './crossed.ts';
import { ASK, BACK } from './numbers.ts';

interface Data {
  readonly shared: SharedArrayBuffer;
  readonly first: number;
  readonly event: number;
  readonly bound_ms: number;
  readonly limit_ms: number;
}

const { shared, first, event, bound_ms, limit_ms } = workerData as Data;
const { loadPlatform } = await import('../../../ffi/load.ts');
const platform = await loadPlatform();
const desk = openDesk(platform);
const counts = new Int32Array(shared);
const answer = platform.memory(8);
const words = new BigInt64Array(answer.bytes.buffer, 0, 1);

const windows = new WindowClass(desk, 'iolab-second', (_hwnd, message, number) => {
  if (message !== ASK) return undefined;
  const call = desk.user.SendMessageTimeoutW;
  const came = call(first, BACK, number, 0, SMTO_NORMAL, bound_ms, answer.address);
  const right = came !== 0 && Number(words[0]) === number + 1;
  Atomics.add(counts, right ? ANSWERED : TIMED_OUT, 1);
  platform.windows!.SetEvent(event);
  return number + 1;
});
const loop = new MessageLoop(desk);
const hwnd = windows.create();

try {
  parentPort!.postMessage({ hwnd, thread: desk.thread });
  loop.run(limit_ms);
} finally {
  loop.close();
  windows.close();
  answer.free();
}
