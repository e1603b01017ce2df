// A thread that does nothing but plain blocking calls on one device: takes a request, sleeps in the
// call, says what came of it (handover.ts is the other side). It needs no foreign code, because
// fs.readSync is read(2) in this very thread. It imports nothing of ours: see `startWorker`.
import { readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is started with: typed arrays over memory that both sides see. */
export interface BlockingWork {
  readonly fd: number;
  /** The opcode that stands for a read. */
  readonly READ: number;
  /** A slot that is none: no request will follow. */
  readonly STOP: number;
  readonly slots: readonly Uint8Array[];
  /** One word each: requests made, requests done, and whether the thread has ended. */
  readonly asked: Int32Array;
  readonly done: Int32Array;
  readonly stopped: Int32Array;
  /** One word: the system calls that this thread made, sleeps and wake-ups of the other one included. */
  readonly calls: Int32Array;
  /** Rings of as many entries, a power of two: slot, opcode, length; slot, result. */
  readonly requests: readonly Int32Array[];
  readonly results: readonly Int32Array[];
}

const work = workerData as BlockingWork;
const { fd, READ, STOP, slots, asked, done, stopped, calls, requests, results } = work;
const { EINTR, EIO } = constants.errno;

function transfer(bytes: Uint8Array, opcode: number, length: number): number {
  for (;;) {
    Atomics.add(calls, 0, 1);
    try {
      if (opcode === READ) return readSync(fd, bytes, 0, length, null);
      return writeSync(fd, bytes, 0, length, null);
    } catch (error) {
      const { errno = -EIO } = error as NodeJS.ErrnoException;
      // A signal is no end. When the driver closes, the next try ends by itself.
      if (errno !== -EINTR) return errno;
    }
  }
}

/** Only a sleep and a wake-up of somebody who sleeps reach the kernel. */
function tell(counter: Int32Array): void {
  Atomics.add(counter, 0, 1);
  if (Atomics.notify(counter, 0) > 0) Atomics.add(calls, 0, 1);
}

parentPort!.postMessage('ready');
for (let next = 0; ; next = (next + 1) | 0) {
  while (Atomics.load(asked, 0) === next) {
    if (Atomics.wait(asked, 0, next) === 'ok') Atomics.add(calls, 0, 1);
  }
  const [slot, opcode, length] = requests[next & (requests.length - 1)]!;
  if (slot === STOP) break;
  const result = results[next & (results.length - 1)]!;
  result[1] = transfer(slots[slot!]!, opcode!, length!);
  result[0] = slot!;
  tell(done);
}
tell(stopped);
