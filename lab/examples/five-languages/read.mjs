// Reads the stamped messages of a fifo (lab/devices/stamp.ts) with JavaScript's await and tells what it
// found out on the way, a JSON document a line. A line of input says: go on.
//   node --expose-gc read.mjs PATH WARMUP COUNT TRIES TASKS
// Source: https://nodejs.org/api/stream.html#readablereadsize
import { once } from 'node:events';
import { constants, openSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { threadId } from 'node:worker_threads';

const MESSAGE_BYTES = 32;
const SEQUENCE = 2;
/** The number of the message that ends a try. */
const LAST = -1;
const [path, ...numbers] = process.argv.slice(2);
const [warmup, count, tries, tasks] = numbers.map(Number);

/** Written at once: this program may block its only thread in the very next line. */
const say = (event, facts) => writeSync(1, `${JSON.stringify({ event, ...facts })}\n`);
const goOn = () => readSync(0, Buffer.alloc(1));
const clockNs = () => Number(process.hrtime.bigint());

// libuv watches the descriptor of a pipe by epoll; node:fs would block a thread of its pool instead.
const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
const stream = new Socket({ fd, readable: true, writable: false });

async function readMessage(signal) {
  for (;;) {
    const bytes = stream.read(MESSAGE_BYTES);
    if (bytes !== null) return [0, 8, 16, 24].map(at => bytes.readDoubleLE(at));
    await once(stream, 'readable', { signal });
  }
}

say('ready');

let ran = false;
async function first() {
  ran = true;
  return readMessage();
}
const task = first();
say('created', { ran });
await task;

for (let i = 1; i < warmup; i++) await readMessage();
say('warm');

const messages = [];
let resumed_elsewhere = 0;
for (let i = 0; i < count; i++) {
  const thread = threadId;
  const message = await readMessage();
  messages.push([...message, clockNs()]);
  if (threadId !== thread) resumed_elsewhere++;
}
// What was allocated is not told: V8 counts it in steps that are larger than all of these messages.
say('counted', { resumed_elsewhere });
goOn();
for (const message of messages) say('message', { message });

// One collection leaves some for the next: code that grew old, and what finalizers still held.
// So until nothing goes any more.
function heldBytes() {
  let held = Number.POSITIVE_INFINITY;
  for (;;) {
    globalThis.gc();
    const { heapUsed } = process.memoryUsage();
    if (heapUsed >= held) return held;
    held = heapUsed;
  }
}

async function waitAt(gate) {
  await gate;
}
const gate = new Promise(() => {});
const before = heldBytes();
const waiting = Array.from({ length: tasks }, () => waitAt(gate));
say('waiting', { tasks: waiting.length, bytes: heldBytes() - before });

for (let i = 0; i < tries; i++) {
  const cancel = new AbortController();
  const reading = readMessage(cancel.signal);
  cancel.abort();
  const ended = await reading.catch(error => error.name === 'AbortError');
  say('cancelled', { ended });
  goOn();
  let taken = 1;
  while ((await readMessage())[SEQUENCE] !== LAST) taken++;
  say('after', { taken });
}
say('done');
process.exit(0);
