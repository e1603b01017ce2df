// A thread that ends a grab of an input device when its time is over, whatever the thread that grabbed
// does meanwhile: it may sleep in a read for ever, and a keyboard that stays grabbed types nowhere else.
// (The kernel ends a grab by itself when the descriptor is closed, and so when the process ends.)
import { fstatSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import koffi from 'koffi';
import type { GrabWatch } from './input.ts';

const { fd, request, limit_ms, words } = workerData as GrabWatch;
const [STANDS, OVER] = [0, 1];
const ioctl = koffi.load('libc.so.6').func('ioctl', 'int', ['int', 'uint64_t', 'uint64_t']);

/** Which file the descriptor stands for: its number may have been given to another one meanwhile. */
function which(): string {
  try {
    const { dev, ino, rdev } = fstatSync(fd);
    return `${dev} ${ino} ${rdev}`;
  } catch {
    return 'none'; // closed, and the grab went with it
  }
}

const grabbed = which();
Atomics.store(words, STANDS, 1);
Atomics.notify(words, STANDS);
if (Atomics.wait(words, OVER, 0, limit_ms) === 'timed-out' && which() === grabbed) {
  ioctl(fd, request, 0);
}
