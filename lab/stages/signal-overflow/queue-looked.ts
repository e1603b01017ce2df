// The cure: a plain SIGIO says that the queue was full, and so that some signals are missing, not which.
// The program looks at every pipe. Signals that were queued nevertheless then find their pipe empty.
import { SIGIO } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { type Announced, stageAnnounced } from './parts/announced.ts';

function serve({ take, announced, read, all }: Announced): void {
  for (let signal = take(); signal > 0; signal = take()) {
    if (signal === SIGIO) for (const fd of all) read(fd);
    else read(announced());
  }
}

export const stage: Stage = {
  id: 'queue-looked',
  title: 'Signal queue, and a look at all',
  experiment: 'signal-overflow',
  mechanism: 'hybrid',
  about:
    'a message is read where a queued signal tells of it, and on SIGIO every pipe is looked at',
  source: 'https://man7.org/linux/man-pages/man2/fcntl.2.html',
  run: context => stageAnnounced(context, serve),
};
