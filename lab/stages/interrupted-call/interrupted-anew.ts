// Half a cure: an interrupted call is made again as it was. A read is right now, but a wait begins its whole
// time anew, and where signals come more often than that it never ends.
import { EINTR } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { stageInterrupted, type Wait } from './parts/interrupt.ts';

function wait({ sleep, length_ns }: Wait): boolean {
  for (;;) {
    const result = sleep(length_ns);
    if (result !== -EINTR) return result >= 0;
  }
}

export const stage: Stage = {
  id: 'interrupted-anew',
  title: 'Again, the whole time',
  experiment: 'interrupted-call',
  mechanism: 'interrupt',
  about: 'an interrupted call is made again with the whole time that was wanted',
  source: 'https://man7.org/linux/man-pages/man2/nanosleep.2.html',
  run: context => stageInterrupted(context, false, wait),
};
