// SendMessage calls the window procedure and returns its answer: directly where the window is the
// caller's own, else by waiting until the window's thread looks for messages. The queue is passed by.
import type { Stage } from '../stage.ts';
import { type Give, stageWay } from './parts/ways.ts';

const give: Give = (user, { hwnd }, message, number) => user.SendMessageW(hwnd, message, number, 0);

export const stage: Stage = {
  id: 'message-send',
  title: 'SendMessage',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'the window procedure runs before the call returns, on the thread that owns the window',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-sendmessagew',
  run: context => stageWay(context, give),
};
