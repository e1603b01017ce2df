// A call that returned −1 has failed, says the program, and gives up. But a signal came, nothing more: the
// data are not read, and the sleep was too short.
import type { Stage } from '../stage.ts';
import { stageInterrupted, type Wait } from './parts/interrupt.ts';

function wait({ sleep, length_ns }: Wait): boolean {
  return sleep(length_ns) >= 0;
}

export const stage: Stage = {
  id: 'interrupted-naive',
  title: '−1 is a failure',
  experiment: 'interrupted-call',
  mechanism: 'interrupt',
  about: 'a call that a signal interrupted is taken for one that failed',
  source: 'https://man7.org/linux/man-pages/man7/signal.7.html',
  run: context => stageInterrupted(context, false, wait),
};
