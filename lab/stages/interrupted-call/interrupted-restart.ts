// The same program, and a handler installed with SA_RESTART: the kernel resumes what it can. That is a read
// of a slow device, but no call that waits with a time limit.
import type { Stage } from '../stage.ts';
import { stageInterrupted, type Wait } from './parts/interrupt.ts';

function wait({ sleep, length_ns }: Wait): boolean {
  return sleep(length_ns) >= 0;
}

export const stage: Stage = {
  id: 'interrupted-restart',
  title: 'SA_RESTART',
  experiment: 'interrupted-call',
  mechanism: 'interrupt',
  about: 'the kernel is asked to resume interrupted calls, and does so for some of them',
  source: 'https://man7.org/linux/man-pages/man2/sigaction.2.html',
  run: context => stageInterrupted(context, true, wait),
};
