// The cure: a write that must not wait says EAGAIN when the room is gone. The message stays with the
// program, which waits again and writes it once somebody has read.
import { EAGAIN } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { type Promises, type Rival, stageLie } from './parts/lie.ts';

const MESSAGE_BYTES = 64;

function turn(pipe: Promises, other: Rival): void {
  if (!pipe.writable()) return;
  other.writes(pipe.capacity_bytes);
  while (pipe.write(MESSAGE_BYTES) === -EAGAIN) {
    // While this program waits, somebody reads.
    other.reads(pipe.capacity_bytes);
    if (!pipe.writable()) return;
  }
  pipe.claim(MESSAGE_BYTES);
}

export const stage: Stage = {
  id: 'filled-nonblocking',
  title: 'Room taken, O_NONBLOCK',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'the same rival, and a write that says “not yet” and is made again after the next wait',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context => stageLie(context, { nonblocking: true }, turn),
};
