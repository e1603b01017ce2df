// The blocking call on the main thread. As long as it waits, no timer, no callback and no other descriptor
// has its turn, ready or not.
import { readSync } from 'node:fs';
import { Unsupported } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { stageLoop, type Ways } from './parts/operations.ts';

const byte = Buffer.alloc(1);

const ways: Ways = {
  read: ({ device }) => ({ once: () => readSync(device, byte) }),
  'look-up': ({ platform: { linux }, name }) => ({
    once() {
      if (!linux) throw new Unsupported('getaddrinfo is called on Linux only', 'run it there');
      const failure = linux.lookUp(name);
      if (failure !== 0) throw new Error(`getaddrinfo ${name}: code ${failure}`);
      return 1;
    },
  }),
};

export const stage: Stage = {
  id: 'loop-blocked',
  title: 'Blocking call on the loop',
  experiment: 'blocking-loop',
  mechanism: 'interrupt',
  about: 'a slow read or a name look-up is awaited on the main thread, and so is all else',
  source: 'https://nodejs.org/en/learn/asynchronous-work/dont-block-the-event-loop',
  run: context => stageLoop(context, ways),
};
