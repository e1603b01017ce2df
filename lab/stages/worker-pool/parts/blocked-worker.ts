// One thread for one operation: it reads, which blocks it until something was written, and ends.
import { workerData } from 'node:worker_threads';
import { windowsOf } from '../../../examples/ports/port.ts';
import { BLOCKED, type Blocking, READ } from './blocked.ts';

const { loadPlatform } = await import('../../../ffi/load.ts');
const { shared, handle } = workerData as Blocking;
const platform = await loadPlatform();
const windows = windowsOf(platform);
const words = new Int32Array(shared);
const memory = platform.memory(16);
Atomics.add(words, BLOCKED, 1);
windows.ReadFile(handle, memory.address, 8, memory.address + 8, 0);
Atomics.add(words, READ, 1);
memory.free();
