// Callbacks from the system's pool: the handle is bound to it once, and for every operation that ends one of
// its threads calls us. A thread that Node does not know cannot run JavaScript, so it waits until Node's
// event loop has run the callback: the loop must be free meanwhile.
//   node lab/examples/ports/pool-callbacks.ts
import { TimedOut } from '../../errors.ts';
import { loadPlatform } from '../../ffi/load.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import { openPipe } from './handles.ts';
import { failed, Operations, windowsOf } from './port.ts';

const MESSAGES = 32;
const MESSAGE_BYTES = 16;
const KEY = 1;
const LIMIT_MS = 10_000;

const platform = await loadPlatform();
const windows = windowsOf(platform);
const { near, far } = openPipe(platform, { far_overlapped: false });
const operations = new Operations(platform, MESSAGES);
const buffers = platform.memory((MESSAGES + 2) * MESSAGE_BYTES);
const at = (message: number) => buffers.address + message * MESSAGE_BYTES;

let [called, bytes, strange] = [0, 0, 0];
const all = Promise.withResolvers<void>();
const routine = windows.completionRoutine((error, transferred, overlapped) => {
  const index = operations.end(overlapped, KEY);
  if (index < 0 || error !== 0) strange++;
  else operations.release(index);
  bytes += transferred;
  if (++called === MESSAGES) all.resolve();
});
if (!windows.BindIoCompletionCallback(near, routine.address, 0)) {
  throw failed(platform, 'BindIoCompletionCallback');
}

for (let i = 0; i < MESSAGES; i++) {
  const overlapped = operations.address(operations.begin(KEY));
  if (windows.ReadFile(near, at(i), MESSAGE_BYTES, 0, overlapped)) continue;
  if (windows.GetLastError() !== ERROR_IO_PENDING) throw failed(platform, 'ReadFile');
}
const in_flight = operations.ledger.in_flight;
for (let i = 0; i < MESSAGES; i++) {
  windows.WriteFile(far, at(MESSAGES), MESSAGE_BYTES, at(MESSAGES + 1), 0);
}
const late = setTimeout(() => all.reject(new TimedOut('a callback did not come')), LIMIT_MS);
await all.promise.finally(() => clearTimeout(late));

// Nothing is in flight, so nothing will call any more: only now may the routine go.
windows.CloseHandle(near);
windows.CloseHandle(far);
routine.release();
const { late_bytes } = operations.ledger.audit();
operations.free();
buffers.free();
console.log(JSON.stringify({ called, in_flight, bytes, strange, late_bytes }));
