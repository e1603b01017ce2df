// PostThreadMessage names a thread and no window. Its loop takes the message out of the queue, and there it
// must be looked at: DispatchMessage finds no window and calls nobody.
import type { Stage } from '../stage.ts';
import { type Give, stageWay } from './parts/ways.ts';

const give: Give = (user, { thread }, message, number) => {
  if (user.PostThreadMessageW(thread, message, number, 0) === 0)
    throw new Error('PostThreadMessage failed');
  return undefined;
};

export const stage: Stage = {
  id: 'message-thread',
  title: 'PostThreadMessage',
  experiment: 'messages',
  mechanism: 'completion',
  about: 'posted to a thread instead of a window, so that no window procedure gets it',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-postthreadmessagew',
  run: context => stageWay(context, give),
};
