// Another cure: every read takes one from the count (EFD_SEMAPHORE), so that the flag stays up until all
// were handled. The program that lost operations with a plain flag is right now, at a call for each.
import { EFD_SEMAPHORE } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { eventfd } from './parts/eventfd.ts';
import { type SharedFlag, stageShared } from './parts/shared.ts';

function wake({ wait, handle }: SharedFlag): number {
  return wait() > 0 ? handle(1) : 0;
}

export const stage: Stage = {
  id: 'flag-semaphore',
  title: 'A flag that is a semaphore',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'one flag for all operations, which stays up until each of them was handled',
  source: 'https://man7.org/linux/man-pages/man2/eventfd.2.html',
  run: context => stageShared(context, eventfd(EFD_SEMAPHORE), wake),
};
