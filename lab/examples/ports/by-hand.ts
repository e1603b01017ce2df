// A completion port driven by hand, from the first call to the last: a file whose blocks are written and read
// back, a thread of our own that takes the packets, and everything given back in order.
//   node lab/examples/ports/by-hand.ts
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../errors.ts';
import { loadPlatform } from '../../ffi/load.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import { DONE, END, type Taking, WORDS } from './by-hand-thread.ts';
import { openHandle } from './handles.ts';
import { failed, Operations, Port, windowsOf } from './port.ts';

const BLOCKS = 16;
const BLOCK_BYTES = 4096;
const KEY = 7;
const LIMIT_MS = 10_000;

const platform = await loadPlatform();
const windows = windowsOf(platform);
const path = join(tmpdir(), `iolab-by-hand-${process.pid}`);

// 1. A port, and a thread that takes what ends there. The thread is made once, not for an operation.
const port = new Port(platform, 1);
const operations = new Operations(platform, BLOCKS);
const shared = new SharedArrayBuffer(4 * WORDS);
const words = new Int32Array(shared);
const workerData: Taking = { port: port.handle, shared };
const thread = new Worker(new URL('by-hand-thread.ts', import.meta.url), { workerData });
const ended = new Promise(resolve => thread.once('exit', resolve));

// 2. A handle that was opened for overlapped operations, told to the port once and for all.
const file = openHandle(platform, path, { fresh: true });
port.associate(file, KEY);

// 3. Operations: each has a structure and a buffer of its own, which are the system's until its packet.
const buffers = platform.memory(BLOCKS * BLOCK_BYTES);
function startAll(call: 'WriteFile' | 'ReadFile'): number[] {
  return Array.from({ length: BLOCKS }, (_, block) => {
    const at = block * BLOCK_BYTES;
    const index = operations.begin(KEY, at);
    const overlapped = operations.address(index);
    const good = windows[call](file, buffers.address + at, BLOCK_BYTES, 0, overlapped);
    // Whether it ended at once or is pending, a packet comes; after any other error none does.
    if (!good && windows.GetLastError() !== ERROR_IO_PENDING) throw failed(platform, call);
    return index;
  });
}

// 4. The thread counts what it took; only then are the structures ours again.
function finish(started: readonly number[], taken: number): void {
  for (let done = Atomics.load(words, DONE); done < taken; done = Atomics.load(words, DONE)) {
    if (Atomics.wait(words, DONE, done, LIMIT_MS) === 'timed-out') throw new TimedOut('no packet');
  }
  for (const index of started) {
    operations.end(operations.address(index), KEY);
    operations.release(index);
  }
}

const mark = (block: number) => block + 1;
for (let block = 0; block < BLOCKS; block++) {
  buffers.bytes.fill(mark(block), block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
}
finish(startAll('WriteFile'), BLOCKS);
buffers.bytes.fill(0);
finish(startAll('ReadFile'), 2 * BLOCKS);
const right = buffers.bytes.every((byte, at) => byte === mark(Math.floor(at / BLOCK_BYTES)));

// 5. The end, in this order: the handle, the thread (by a packet of its own, because closing the port may
// wake nobody), the port, and last the memory.
windows.CloseHandle(file);
port.post(0, END, 0);
await ended;
port.close();
const { begun, late_bytes, strangers } = operations.ledger.audit();
operations.free();
buffers.free();
rmSync(path, { force: true });
console.log(
  JSON.stringify({ operations: begun, packets: words[DONE], right, late_bytes, strangers }),
);
