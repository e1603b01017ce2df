// Every message announces itself by a queued real-time signal, and the program reads the pipe that the
// signal names. Where the queue was full there is no such signal, and nobody reads that pipe.
import { SIGRTMIN } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { type Announced, stageAnnounced } from './parts/announced.ts';

function serve({ take, announced, read }: Announced): void {
  for (let signal = take(); signal > 0; signal = take()) {
    if (signal === SIGRTMIN) read(announced());
  }
}

export const stage: Stage = {
  id: 'queue-trusted',
  title: 'Signal queue, trusted',
  experiment: 'signal-overflow',
  mechanism: 'interrupt',
  about: 'a message is read where a queued signal tells of it, and SIGIO means nothing',
  source: 'https://man7.org/linux/man-pages/man2/fcntl.2.html',
  run: context => stageAnnounced(context, serve),
};
