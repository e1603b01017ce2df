// A thread that works for another one's window: it sleeps until it is told which, works, and posts a
// message when it is done.
import { parentPort, workerData } from 'node:worker_threads';
import { openDesk } from '../../../messages/desk.ts';
import { GIVEN, MESSAGES, WINDOW } from './long-work.ts';
import { DONE } from './numbers.ts';

interface Data {
  readonly shared: SharedArrayBuffer;
  readonly work_ms: number;
  readonly limit_ms: number;
}

const { shared, work_ms, limit_ms } = workerData as Data;
const { loadPlatform } = await import('../../../ffi/load.ts');
const platform = await loadPlatform();
const desk = openDesk(platform);
const words = new Int32Array(shared);

parentPort!.postMessage('ready');
Atomics.wait(words, WINDOW, 0, limit_ms);
const hwnd = Atomics.load(words, WINDOW);
if (hwnd !== 0) {
  const end_ns = platform.now() + work_ms * 1e6;
  // Not before all was given that comes meanwhile.
  while (platform.now() < end_ns || Atomics.load(words, GIVEN) < MESSAGES);
  if (desk.user.PostMessageW(hwnd, DONE, 0, 0) === 0) throw desk.failure('PostMessage');
}
