// A completion port as the flag: every operation posts a packet, and no packet takes another's place. The
// wait takes all that are there by one call, and says how many these are.
import { MOST_AT_ONCE, Port } from '../../examples/ports/port.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { type Flag, type SharedFlag, stageShared } from './parts/shared.ts';

function posted(platform: Platform): Flag {
  const port = new Port(platform);
  return {
    raise: () => port.post(0, 0, 0),
    take: () => port.takeMany(MOST_AT_ONCE, 0),
    close: () => port.close(),
  };
}

function wake({ wait, handle }: SharedFlag): number {
  return handle(wait());
}

export const stage: Stage = {
  id: 'event-port',
  title: 'A packet for each operation',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'a completion port of Windows takes a packet for every operation that has finished',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/ioapiset/nf-ioapiset-postqueuedcompletionstatus',
  run: context => stageShared(context, posted, wake),
};
