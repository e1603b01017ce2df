// A worker of the completion port: it sleeps until a read has ended, and posts what has come to the window
// whose thread asked for it. It owns no window, so it needs no loop.
import { parentPort, workerData } from 'node:worker_threads';
import { SystemCallError } from '../../../errors.ts';
import { openDesk } from '../../../messages/desk.ts';
import { RESULT } from './result.ts';

export interface WorkerData {
  readonly port: number;
  readonly hwnd: number;
  readonly worker: number;
  readonly limit_ms: number;
}

const { port, hwnd, worker, limit_ms } = workerData as WorkerData;
const { loadPlatform } = await import('../../../ffi/load.ts');
const platform = await loadPlatform();
const desk = openDesk(platform);
const { windows } = platform;
const packet = platform.memory(24);
const fields = new DataView(packet.bytes.buffer);
const [TRANSFERRED, KEY, OVERLAPPED] = [0, 8, 16];

parentPort!.postMessage('ready');
for (;;) {
  const took = windows!.GetQueuedCompletionStatus(
    port,
    packet.address + TRANSFERRED,
    packet.address + KEY,
    packet.address + OVERLAPPED,
    limit_ms,
  );
  const overlapped = fields.getBigUint64(OVERLAPPED, true);
  // Nothing was dequeued; or somebody posted a packet without an operation: the end.
  if (took === 0 && overlapped === 0n)
    throw new SystemCallError('GetQueuedCompletionStatus', desk.lastErrorName());
  if (overlapped === 0n) break;
  const stream = Number(fields.getBigUint64(KEY, true));
  const bytes = took === 0 ? -desk.platform.errno() : fields.getUint32(TRANSFERRED, true);
  if (desk.user.PostMessageW(hwnd, RESULT, stream + worker * 2 ** 16, bytes) === 0)
    throw desk.failure('PostMessage');
}
packet.free();
