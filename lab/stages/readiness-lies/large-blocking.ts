// Writable means that something can be written, not everything: poll(2) is content with one free page.
// A blocking write of more moves what fits and sleeps with the rest, though nobody came in between.
import type { Stage } from '../stage.ts';
import { type Promises, type Rival, stageLie } from './parts/lie.ts';

const PAGES = 4;

function turn(pipe: Promises, other: Rival): void {
  const message_bytes = PAGES * pipe.page_bytes;
  other.writes(pipe.capacity_bytes - pipe.page_bytes);
  if (!pipe.writable()) return;
  if (pipe.write(message_bytes) === message_bytes) pipe.claim(message_bytes);
}

export const stage: Stage = {
  id: 'large-blocking',
  title: 'Large write, blocking',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'a page is free, four are written: a blocking write sleeps with what does not fit',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context => stageLie(context, { nonblocking: false }, turn),
};
