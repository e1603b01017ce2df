// PostMessage puts the message at the end of the queue of the window's thread and returns. The thread
// handles it when its loop comes to it; whether anybody did, and with what answer, the caller never hears.
import type { Stage } from '../stage.ts';
import { type Give, stageWay } from './parts/ways.ts';

const give: Give = (user, { hwnd }, message, number) => {
  if (user.PostMessageW(hwnd, message, number, 0) === 0) throw new Error('PostMessage failed');
  return undefined;
};

export const stage: Stage = {
  id: 'message-post',
  title: 'PostMessage',
  experiment: 'messages',
  mechanism: 'completion',
  about: 'the message goes to the end of the queue, and the call returns at once',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-postmessagew',
  run: context => stageWay(context, give),
};
