// What runs under strace: the work, with a mark before it and one behind it.
import { accessSync } from 'node:fs';
import { BEGUN, ENDED } from './marks.ts';
import { type Kind, work } from './work.ts';

function mark(path: string): void {
  try {
    accessSync(path);
  } catch {
    // Nobody has it: asking was all.
  }
}

const [kind, exchanges] = process.argv.slice(2);
await work(
  kind as Kind,
  Number(exchanges),
  () => mark(BEGUN),
  () => mark(ENDED),
);
