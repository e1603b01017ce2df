// The cure: the flag counts how often it was raised, the read takes the count and sets it to zero, and so
// many operations are handled. One system call serves them all.
import type { Stage } from '../stage.ts';
import { eventfd } from './parts/eventfd.ts';
import { type SharedFlag, stageShared } from './parts/shared.ts';

function wake({ wait, handle }: SharedFlag): number {
  return handle(wait());
}

export const stage: Stage = {
  id: 'flag-counted',
  title: 'A flag that counts',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'one flag for all operations, and as many handled as it was raised',
  source: 'https://man7.org/linux/man-pages/man2/eventfd.2.html',
  run: context => stageShared(context, eventfd(0), wake),
};
