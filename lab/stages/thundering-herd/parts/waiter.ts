// One waiting thread: it sleeps in epoll_wait(2) until it is woken, then tries to take the event. Another
// may have been quicker. Foreign functions belong to a thread, so it loads the system for itself.
import { workerData } from 'node:worker_threads';
import { Descriptors } from '../../parts/descriptors.ts';
import {
  ALL_TAKEN,
  ASLEEP,
  commonWords,
  RETURNED,
  STOP,
  TAKEN,
  THREAD,
  takenAt,
  type Waiting,
  wordsOf,
} from './shared.ts';

const EVENT_BYTES = 8;
/** It looks at the word that ends it at least so often. */
const BOUND_MS = 10_000;

const { loadPlatform } = await import('../../../ffi/load.ts');
const { shared, index, epoll, device } = workerData as Waiting;
const platform = await loadPlatform();
const descriptors = new Descriptors(platform);
const own = wordsOf(shared, index);
const common = commonWords(shared);
const taken_ns = takenAt(shared);

own[THREAD] = descriptors.linux.gettid();
while (Atomics.load(common, STOP) === 0) {
  Atomics.store(own, ASLEEP, 1);
  const events = descriptors.wait(epoll, BOUND_MS);
  Atomics.store(own, ASLEEP, 0);
  if (events <= 0 || Atomics.load(common, STOP) !== 0) continue;
  own[RETURNED]!++;
  if (descriptors.read(device, EVENT_BYTES) < 0) continue;
  platform.stamp(taken_ns, 0);
  own[TAKEN]!++;
  Atomics.add(common, ALL_TAKEN, 1);
  Atomics.notify(common, ALL_TAKEN);
}
descriptors.close();
