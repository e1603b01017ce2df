// The second thread of overlap-thread.ts: it waits until it is asked, makes one plain read, and says that
// it has ended. Foreign functions belong to a thread, so it loads the system for itself.
import { parentPort, workerData } from 'node:worker_threads';
import { ASKED, FINISHED, type Helped, OVER, viewsOf } from './asked.ts';
import { NO_OFFSET } from './operation.ts';

const { shared, fd, address, length } = workerData as Helped;
const { state, offset_bytes } = viewsOf(shared);
// Late, because whoever lists the stages' files must not load foreign code.
const { loadPlatform } = await import('../../../ffi/load.ts');
const platform = await loadPlatform();
const { posix } = platform;

function readOne(offset: number): number {
  const moved =
    offset === NO_OFFSET
      ? posix.read(fd, address, length)
      : posix.pread(fd, address, length, offset);
  return moved < 0 ? -platform.errno() : moved;
}

parentPort!.postMessage('ready');
for (let now = Atomics.load(state, 0); now !== OVER; now = Atomics.load(state, 0)) {
  if (now !== ASKED) {
    Atomics.wait(state, 0, now);
    continue;
  }
  state[1] = readOne(offset_bytes[0]!);
  // Unless the other thread has given up meanwhile: then it waits for the end.
  Atomics.compareExchange(state, 0, ASKED, FINISHED);
}
