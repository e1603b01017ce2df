// A program of the pipeline: reads its input, does its steps and writes the result to its output, until
// the input ends. Its arguments are the most bytes of one read, the passes, and its steps.
import { readSync, writeSync } from 'node:fs';
import { work } from './work.ts';

const INPUT = 0;
const OUTPUT = 1;
const [most_bytes, passes, ...steps] = process.argv.slice(2).map(Number);
const bytes = new Uint8Array(most_bytes!);

for (let length = readSync(INPUT, bytes); length > 0; length = readSync(INPUT, bytes)) {
  for (const step of steps) work(bytes, length, step, passes!);
  for (let sent = 0; sent < length; ) sent += writeSync(OUTPUT, bytes, sent, length - sent);
}
