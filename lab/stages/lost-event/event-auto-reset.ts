// The plain flag of Windows: an event that the wait takes down. Setting one that is up already has no
// effect, so two operations that finish before the wait leave it up once.
import type { Stage } from '../stage.ts';
import { type SharedFlag, stageShared } from './parts/shared.ts';
import { autoResetEvent } from './parts/windows.ts';

function wake({ wait, handle }: SharedFlag): number {
  return wait() > 0 ? handle(1) : 0;
}

export const stage: Stage = {
  id: 'event-auto-reset',
  title: 'An event that is up or down',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'Windows: one event for all operations, and one operation handled each time it is up',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/synchapi/nf-synchapi-setevent',
  run: context => stageShared(context, autoResetEvent, wake),
};
