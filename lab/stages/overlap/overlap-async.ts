// Overlapping on Node's event loop: the read is awaited, and the work is cut into slices between which the
// loop may look for what has finished. For a file that is a thread of Node's pool that waits.
import { read } from 'node:fs';
import type { Stage } from '../stage.ts';
import { measureOverlap, type Way } from './parts/measure.ts';
import { NO_OFFSET, type Operation } from './parts/operation.ts';
import type { Work } from './parts/work.ts';

/** Turns of one slice: more of them are more work, and the answer is seen later. */
const SLICE_TURNS = 32;

/** Slices of work, with a turn of the event loop between them, until `finished`. */
async function workInSlices(work: Work, finished: () => boolean): Promise<void> {
  while (!finished()) {
    for (let i = 0; i < SLICE_TURNS; i++) work.turn();
    await new Promise<void>(resolve => setImmediate(resolve));
  }
}

function openAsync({ fd, memory, length }: Operation): Way {
  return {
    async read(offset, work) {
      let result: number | undefined;
      const where = offset === NO_OFFSET ? null : offset;
      read(fd, memory.bytes, 0, length, where, (error, moved) => {
        result = error?.errno ?? moved;
      });
      await workInSlices(work, () => result !== undefined);
      return result!;
    },
    // A read in flight would still write: the caller has awaited every one.
    close: () => {},
  };
}

export const stage: Stage = {
  id: 'overlap-async',
  title: 'Work in slices on the event loop',
  experiment: 'overlap',
  mechanism: 'interrupt',
  about:
    'an asynchronous read, and work in slices between which the event loop looks for the answer',
  source: 'https://nodejs.org/api/fs.html#fsreadfd-buffer-offset-length-position-callback',
  run: context => measureOverlap(context, openAsync),
};
