// The classic cure: a flag for every pending operation, which can finish only once before it is handled.
// Nothing is lost, and the flag tells which operation it was; but every wait looks at all the flags.
import type { Stage } from '../stage.ts';
import { type FlagsOfEach, stageEach } from './parts/each.ts';

function wake({ pending, wait, isUp, handle }: FlagsOfEach): number {
  const up = wait();
  for (let operation = 0, left = up; left > 0 && operation < pending; operation++) {
    if (!isUp(operation)) continue;
    handle(operation);
    left--;
  }
  return up;
}

export const stage: Stage = {
  id: 'flag-each',
  title: 'A flag for each operation',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'every operation has a flag of its own, and the wait looks at all of them',
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
  run: context => stageEach(context, wake),
};
