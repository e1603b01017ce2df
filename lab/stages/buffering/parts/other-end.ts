// The process at the other end of the pipe. `read`: takes what is there, checks it, and notes when each
// byte arrived. `feed`: sends as fast as the pipe takes it, or one byte at a time, and notes when.
// Usage: node other-end.ts read|feed PATH [BYTES INTERVAL_MS]; says `ready`, and at its end what it noted.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesFrom, matches } from './pattern.ts';

/** As much as a pipe holds by default (pipe(7)). */
const CHUNK_BYTES = 65536;
const MOST_NOTES = 400_000;

const [mode, path = '', bytes = '0', interval_ms = '0'] = process.argv.slice(2);
/** After note k so many bytes had passed, at that time: the clock of CLOCK_MONOTONIC. */
const passed = new Float64Array(MOST_NOTES);
const times_ns = new Float64Array(MOST_NOTES);
let notes = 0;
let total = 0;
let wrong = 0;

function note(moved: number): void {
  total += moved;
  if (notes === MOST_NOTES) return;
  times_ns[notes] = Number(process.hrtime.bigint());
  passed[notes++] = total;
}

function readAll(fd: number): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const got = readSync(fd, chunk);
    if (got === 0) return;
    if (!matches(total, chunk.subarray(0, got))) wrong++;
    note(got);
  }
}

/** Ends when the reader has closed (EPIPE). */
function flood(fd: number): void {
  try {
    for (;;) total += writeSync(fd, bytesFrom(total, CHUNK_BYTES));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

async function trickle(fd: number, count: number, pause_ms: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await sleep(pause_ms);
    const byte = bytesFrom(total, 1);
    note(1);
    writeSync(fd, byte);
  }
}

const encode = (values: Float64Array) =>
  Buffer.from(values.buffer, 0, notes * 8).toString('base64');

const fd = openSync(path, mode === 'read' ? 'r' : 'w');
process.stdout.write('ready\n');
if (mode === 'read') readAll(fd);
else if (Number(bytes) > 0) await trickle(fd, Number(bytes), Number(interval_ms));
else flood(fd);
closeSync(fd);
console.log(JSON.stringify({ total, wrong, passed: encode(passed), times_ns: encode(times_ns) }));
