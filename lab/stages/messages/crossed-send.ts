// Two windows of two threads ask each other with SendMessage. It goes well, because a thread that waits in
// SendMessage answers what is sent to it meanwhile: its window procedure is called anew, inside the wait.
import type { Stage } from '../stage.ts';
import { stageCrossing } from './parts/crossed.ts';
import { ASK } from './parts/numbers.ts';

export const stage: Stage = {
  id: 'crossed-send',
  title: 'Asked back in SendMessage',
  experiment: 'messages',
  mechanism: 'interrupt',
  about:
    'the first thread waits in SendMessage, and answers the question that comes back meanwhile',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/winmsg/about-messages-and-message-queues',
  run: context =>
    stageCrossing(context, ({ desk, to }) => {
      desk.user.SendMessageW(to.hwnd, ASK, 0, 0);
    }),
};
