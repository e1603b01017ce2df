// One of several threads that send to the same window as fast as they are answered. It makes no window and
// so has no queue until it sends.
import { parentPort, workerData } from 'node:worker_threads';
import { TimedOut } from '../../../errors.ts';
import { openDesk } from '../../../messages/desk.ts';
import { TESTED } from './numbers.ts';

interface Data {
  readonly shared: SharedArrayBuffer;
  readonly hwnd: number;
  readonly sender: number;
  readonly each: number;
  readonly limit_ms: number;
}

const { shared, hwnd, sender, each, limit_ms } = workerData as Data;
const { loadPlatform } = await import('../../../ffi/load.ts');
const { user } = openDesk(await loadPlatform());
const go = new Int32Array(shared);

parentPort!.postMessage('ready');
if (Atomics.wait(go, 0, 0, limit_ms) === 'timed-out') throw new TimedOut('nobody said go');
for (let number = 1; number <= each; number++) {
  const answer = user.SendMessageW(hwnd, TESTED, number, sender);
  if (answer !== number + 1) throw new Error(`the answer to ${number} was ${answer}`);
}
