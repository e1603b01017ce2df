// Between the wait and the read another reader of the same pipe takes what was there. The read that
// poll(2) had called possible sleeps until the next message, or for ever.
import type { Stage } from '../stage.ts';
import { type Promises, type Rival, stageLie } from './parts/lie.ts';

const MESSAGE_BYTES = 64;

function turn(pipe: Promises, other: Rival): void {
  other.writes(MESSAGE_BYTES);
  if (!pipe.readable()) return;
  other.reads(MESSAGE_BYTES);
  pipe.read(MESSAGE_BYTES);
}

export const stage: Stage = {
  id: 'stolen-blocking',
  title: 'Data stolen, blocking read',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'another reader takes the data between the wait and the read, which then sleeps',
  source: 'https://man7.org/linux/man-pages/man2/select.2.html#BUGS',
  run: context => stageLie(context, { nonblocking: false }, turn),
};
