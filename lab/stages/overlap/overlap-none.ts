// Waiting: the read returns when its bytes are there, and until then the thread stands still. Nothing is
// spent meanwhile, and nothing is done.
import type { Stage } from '../stage.ts';
import { measureOverlap } from './parts/measure.ts';
import { NO_OFFSET } from './parts/operation.ts';

export const stage: Stage = {
  id: 'overlap-none',
  title: 'Waiting',
  experiment: 'overlap',
  mechanism: 'interrupt',
  about: 'a plain read that returns when it is done: no turn of other work fits into the wait',
  source: 'https://man7.org/linux/man-pages/man2/read.2.html',
  run(context) {
    const { platform } = context;
    const { posix } = platform;
    return measureOverlap(context, ({ fd, memory, length }) => ({
      read(offset) {
        const moved =
          offset === NO_OFFSET
            ? posix.read(fd, memory.address, length)
            : posix.pread(fd, memory.address, length, offset);
        return moved < 0 ? -platform.errno() : moved;
      },
      close: () => {},
    }));
  },
};
