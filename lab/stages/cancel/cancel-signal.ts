// An AbortSignal ends the promise. The read beneath it sleeps on in a thread of the pool, which nobody
// else can use meanwhile, and takes the next message that comes.
import { open } from 'node:fs/promises';
import type { Stage } from '../stage.ts';
import { measureCancel, type Pipe } from './parts/swallow.ts';

/** A file's handle of its own, so that the end of the read beneath can be seen. */
async function start(pipe: Pipe) {
  const handle = await open(pipe.path, 'r');
  const abort = new AbortController();
  let over = false;
  const beneath = handle.read(Buffer.alloc(64), 0, 64, null).finally(() => {
    over = true;
  });
  const told = new Promise<void>(resolve => {
    abort.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return {
    async cancel() {
      abort.abort();
      // What every wrapper around a promise does: whoever waits is told at once, and no more.
      await Promise.race([beneath, told]);
    },
    ended: () => over,
    async release() {
      await beneath.catch(() => {});
      await handle.close();
    },
  };
}

export const stage: Stage = {
  id: 'cancel-signal',
  title: 'AbortSignal',
  experiment: 'cancel',
  mechanism: 'interrupt',
  about: 'the promise is given up by an AbortSignal, and the read beneath stays in its thread',
  source: 'https://nodejs.org/api/fs.html#fspromisesreadfilepath-options',
  run: context => measureCancel(context, start),
};
