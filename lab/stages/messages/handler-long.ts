// The work is done in the window procedure. Until it returns, the thread takes no message: what was posted
// waits, and of all the ticks and all the drawing one of each is left.
import type { Stage } from '../stage.ts';
import { stageLongWork, type Work } from './parts/long-work.ts';

const work: Work = job => {
  while (!job.isOver());
  return 'done';
};

export const stage: Stage = {
  id: 'handler-long',
  title: 'Work in the window procedure',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'the answer to one message takes long, and all others wait for it',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/winmsg/about-messages-and-message-queues',
  run: context => stageLongWork(context, work),
};
