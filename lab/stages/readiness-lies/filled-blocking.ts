// Writable was said, and another writer of the same pipe fills the room first. The write that poll(2)
// had called possible sleeps until somebody reads.
import type { Stage } from '../stage.ts';
import { type Promises, type Rival, stageLie } from './parts/lie.ts';

const MESSAGE_BYTES = 64;

function turn(pipe: Promises, other: Rival): void {
  if (!pipe.writable()) return;
  other.writes(pipe.capacity_bytes);
  if (pipe.write(MESSAGE_BYTES) === MESSAGE_BYTES) pipe.claim(MESSAGE_BYTES);
}

export const stage: Stage = {
  id: 'filled-blocking',
  title: 'Room taken, blocking write',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'another writer fills the pipe between the wait and the write, which then sleeps',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context => stageLie(context, { nonblocking: false }, turn),
};
