// Half a cure: the write no longer sleeps, it moves what fits and says how much that was. A program that
// does not look takes all of it for written.
import type { Stage } from '../stage.ts';
import { type Promises, type Rival, stageLie } from './parts/lie.ts';

const PAGES = 4;

function turn(pipe: Promises, other: Rival): void {
  const message_bytes = PAGES * pipe.page_bytes;
  other.writes(pipe.capacity_bytes - pipe.page_bytes);
  if (!pipe.writable()) return;
  pipe.write(message_bytes);
  pipe.claim(message_bytes);
}

export const stage: Stage = {
  id: 'large-unchecked',
  title: 'Large write, count not looked at',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'a non-blocking write moves what fits, and the program takes all of it for written',
  source: 'https://man7.org/linux/man-pages/man2/write.2.html',
  run: context => stageLie(context, { nonblocking: true }, turn),
};
