// One of the few threads at the port. It takes whatever has ended, on whichever handle, and writes down what
// the packet said. Foreign functions belong to a thread, so it loads the system for itself.
import { workerData } from 'node:worker_threads';
import { MOST_AT_ONCE, Port } from '../../../examples/ports/port.ts';
import { ASLEEP, END, SERVED, type Serving, STOP, takenIn } from './shared.ts';

const BOUND_MS = 5000;
/** Fewer than it might take, so that something is left for the others. */
const TOGETHER = Math.min(16, MOST_AT_ONCE);

const { loadPlatform } = await import('../../../ffi/load.ts');
const { shared, handles, port: handle, index } = workerData as Serving;
const port = new Port(await loadPlatform(), 0, handle);
const taken = takenIn(shared, handles);

function note(): void {
  const at = port.key - 1;
  Atomics.add(taken.times, at, 1);
  taken.thread[at] = index;
  taken.bytes[at] = port.error === 0 ? port.bytes : -port.error;
  taken.low[at] = port.pointer | 0;
  taken.high[at] = Math.floor(port.pointer / 2 ** 32);
  Atomics.add(taken.common, SERVED, 1);
}

Atomics.add(taken.common, ASLEEP, 1);
for (let open = true; open && Atomics.load(taken.common, STOP) === 0; ) {
  const count = port.takeMany(TOGETHER, BOUND_MS);
  let ends = 0;
  for (let i = 0; i < count; i++) {
    port.at(i);
    if (port.key === END) ends++;
    else note();
  }
  open = ends === 0;
  // One is for each thread: whoever took two gives one back.
  for (let i = 1; i < ends; i++) port.post(0, END, 0);
  Atomics.notify(taken.common, SERVED);
}
port.close();
