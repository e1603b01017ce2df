// The cure: fix the end before the first try, and after an interruption call again with the time that is
// left. It is right for every call, whatever the handler was installed with.
import { EINTR } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { stageInterrupted, type Wait } from './parts/interrupt.ts';

function wait({ sleep, length_ns, now }: Wait): boolean {
  const end_ns = now() + length_ns;
  for (;;) {
    const result = sleep(Math.max(0, end_ns - now()));
    if (result !== -EINTR) return result >= 0;
  }
}

export const stage: Stage = {
  id: 'interrupted-retry',
  title: 'Again, the remaining time',
  experiment: 'interrupted-call',
  mechanism: 'interrupt',
  about: 'an interrupted call is made again with the time that remains',
  source: 'https://man7.org/linux/man-pages/man2/nanosleep.2.html',
  run: context => stageInterrupted(context, false, wait),
};
