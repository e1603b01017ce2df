// The flag is taken for what its name says: up or down. Two operations finish before the program waits; it
// is woken once, handles one, and the flag is down. Nothing tells of the other.
import type { Stage } from '../stage.ts';
import { eventfd } from './parts/eventfd.ts';
import { type SharedFlag, stageShared } from './parts/shared.ts';

function wake({ wait, handle }: SharedFlag): number {
  return wait() > 0 ? handle(1) : 0;
}

export const stage: Stage = {
  id: 'flag-plain',
  title: 'A flag that is up or down',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'one flag for all operations, and one operation handled each time it is up',
  source: 'https://learn.microsoft.com/en-us/windows/win32/sync/event-objects',
  run: context => stageShared(context, eventfd(0), wake),
};
