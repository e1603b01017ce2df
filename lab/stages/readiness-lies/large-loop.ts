// The cure: write what fits, keep the rest, wait until there is room again, go on. Nothing sleeps in the
// write and nothing is lost.
import type { Stage } from '../stage.ts';
import { type Promises, type Rival, stageLie } from './parts/lie.ts';

const PAGES = 4;

function turn(pipe: Promises, other: Rival): void {
  let left_bytes = PAGES * pipe.page_bytes;
  other.writes(pipe.capacity_bytes - pipe.page_bytes);
  while (left_bytes > 0 && pipe.writable()) {
    const written = Math.max(0, pipe.write(left_bytes));
    pipe.claim(written);
    left_bytes -= written;
    // While this program waits for room, somebody reads.
    other.reads(pipe.page_bytes);
  }
}

export const stage: Stage = {
  id: 'large-loop',
  title: 'Large write, in a loop',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'a non-blocking write moves what fits, and the rest is written after the next wait',
  source: 'https://man7.org/linux/man-pages/man2/write.2.html',
  run: context => stageLie(context, { nonblocking: true }, turn),
};
