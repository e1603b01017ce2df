// The thread that sends beats (beat.ts): each has the clock in it, at a fixed pace whether or not anybody
// answers. With every so many of them a slow device on a second line sends a byte.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { BEAT_BYTES, type BeatJob, clockNs, SLOW, STOP } from './beat-clock.ts';

const { orders, fd, period_ms, slow } = workerData as BeatJob;
const beat = Buffer.alloc(BEAT_BYTES);
const byte = Buffer.alloc(1);
const start_ns = clockNs();

let since_slow = 0;
for (let i = 0; Atomics.load(orders, STOP) === 0; i++) {
  const left_ms = (start_ns - clockNs()) / 1e6 + i * period_ms;
  if (left_ms > 0) Atomics.wait(orders, STOP, 0, left_ms);
  beat.writeDoubleLE(clockNs());
  writeSync(fd, beat);
  if (!slow || Atomics.load(orders, SLOW) === 0) continue;
  if (++since_slow % slow.every === 0) writeSync(slow.fd, byte);
}
