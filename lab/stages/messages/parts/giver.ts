// While another thread works: posts messages to its window, and asks each time that the window be drawn
// anew.
import { parentPort, workerData } from 'node:worker_threads';
import { TimedOut } from '../../../errors.ts';
import { openDesk } from '../../../messages/desk.ts';
import { BEGUN, GIVEN, MESSAGES } from './long-work.ts';
import { EARLIER } from './numbers.ts';

interface Data {
  readonly shared: SharedArrayBuffer;
  readonly hwnd: number;
  readonly limit_ms: number;
}

/** Between two, so that whoever is free has handled the one before. */
const PAUSE_NS = 2e6;

const { shared, hwnd, limit_ms } = workerData as Data;
const { loadPlatform } = await import('../../../ffi/load.ts');
const platform = await loadPlatform();
const desk = openDesk(platform);
const words = new Int32Array(shared);

parentPort!.postMessage('ready');
if (Atomics.wait(words, BEGUN, 0, limit_ms) === 'timed-out') throw new TimedOut('no work began');
for (let number = 0; number < MESSAGES; number++) {
  platform.sleepUntil(platform.now() + PAUSE_NS);
  if (desk.user.PostMessageW(hwnd, EARLIER, number, 0) === 0) throw desk.failure('PostMessage');
  if (desk.user.InvalidateRect(hwnd, 0, 0) === 0) throw desk.failure('InvalidateRect');
  Atomics.add(words, GIVEN, 1);
}
