// Callbacks on completion threads of our own: the threads wait at the port, and whichever takes a packet runs
// the handler that belongs to the packet's key. That is what the runtime of .NET does with its I/O threads.
// A handler runs on another thread than the program that started the operation, and must be ready for it.
//   node lab/examples/ports/completion-callbacks.ts
import { Worker } from 'node:worker_threads';
import { TimedOut } from '../../errors.ts';
import { loadPlatform } from '../../ffi/load.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import {
  CALLED,
  type Calling,
  END,
  HANDLER_KEYS,
  handlerWord,
  threadWord,
  WORDS,
} from './completion-callbacks-thread.ts';
import { openPipe } from './handles.ts';
import { failed, Operations, Port, windowsOf } from './port.ts';

const THREADS = 2;
const MESSAGES = 40;
const MESSAGE_BYTES = 16;
const LIMIT_MS = 10_000;

const platform = await loadPlatform();
const windows = windowsOf(platform);
const port = new Port(platform, THREADS);
const shared = new SharedArrayBuffer(4 * WORDS);
const words = new Int32Array(shared);
const threads = Array.from({ length: THREADS }, (_, index) => {
  const workerData: Calling = { port: port.handle, shared, index };
  const url = new URL('completion-callbacks-thread.ts', import.meta.url);
  const worker = new Worker(url, { workerData });
  return new Promise(resolve => worker.once('exit', resolve));
});

// Two pipes, two keys: a key chooses the handler.
const pipes = HANDLER_KEYS.map(key => ({ key, ...openPipe(platform, { far_overlapped: false }) }));
const operations = new Operations(platform, MESSAGES);
const buffers = platform.memory((MESSAGES + 2) * MESSAGE_BYTES);
const at = (message: number) => buffers.address + message * MESSAGE_BYTES;
for (const { near, key } of pipes) port.associate(near, key);
const started = Array.from({ length: MESSAGES }, (_, i) => {
  const { near, key } = pipes[i % pipes.length]!;
  const index = operations.begin(key);
  const overlapped = operations.address(index);
  const good = windows.ReadFile(near, at(i), MESSAGE_BYTES, 0, overlapped);
  if (!good && windows.GetLastError() !== ERROR_IO_PENDING) throw failed(platform, 'ReadFile');
  return { index, key };
});
for (let i = 0; i < MESSAGES; i++) {
  const { far } = pipes[i % pipes.length]!;
  windows.WriteFile(far, at(MESSAGES), MESSAGE_BYTES, at(MESSAGES + 1), 0);
}
for (let done = 0; done < MESSAGES; done = Atomics.load(words, CALLED)) {
  if (Atomics.wait(words, CALLED, done, LIMIT_MS) === 'timed-out')
    throw new TimedOut('no callback');
}
for (const { index, key } of started) {
  operations.end(operations.address(index), key);
  operations.release(index);
}

for (let i = 0; i < THREADS; i++) port.post(0, END, 0);
await Promise.all(threads);
for (const { near, far } of pipes) {
  windows.CloseHandle(near);
  windows.CloseHandle(far);
}
port.close();
const { late_bytes } = operations.ledger.audit();
operations.free();
buffers.free();
const callers = Array.from({ length: THREADS }, (_, index) => words[threadWord(index)]!);
console.log(
  JSON.stringify({
    called: words[CALLED],
    by_handler: HANDLER_KEYS.map(key => words[handlerWord(key)]),
    by_submitter: callers.filter(thread => thread === windows.GetCurrentThreadId()).length,
    threads: new Set(callers).size,
    late_bytes,
  }),
);
