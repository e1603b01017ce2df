// A cure on Windows: an object of another kind in the event's place. A semaphore counts, and each wait takes
// one, so the program that lost operations with an event is right without a change.
import type { Stage } from '../stage.ts';
import { type SharedFlag, stageShared } from './parts/shared.ts';
import { semaphore } from './parts/windows.ts';

function wake({ wait, handle }: SharedFlag): number {
  return wait() > 0 ? handle(1) : 0;
}

export const stage: Stage = {
  id: 'event-semaphore',
  title: 'A semaphore of Windows',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'one semaphore for all operations, from which each wait takes one',
  source: 'https://learn.microsoft.com/en-us/windows/win32/sync/semaphore-objects',
  run: context => stageShared(context, semaphore, wake),
};
