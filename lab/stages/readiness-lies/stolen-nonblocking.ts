// The cure: readiness is a hint, so the read must not wait. Where another reader was quicker it says
// EAGAIN, and the program goes back to its wait.
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
  id: 'stolen-nonblocking',
  title: 'Data stolen, O_NONBLOCK',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'the same theft, and a read that says “not yet” instead of sleeping',
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  run: context => stageLie(context, { nonblocking: true }, turn),
};
