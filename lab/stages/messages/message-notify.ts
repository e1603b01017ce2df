// SendNotifyMessage is SendMessage where the window is the caller's own. To another thread it hands the
// message over and returns; there it still overtakes all that was posted.
import type { Stage } from '../stage.ts';
import { type Give, stageWay } from './parts/ways.ts';

const give: Give = (user, { hwnd }, message, number) => {
  if (user.SendNotifyMessageW(hwnd, message, number, 0) === 0)
    throw new Error('SendNotifyMessage failed');
  return undefined;
};

export const stage: Stage = {
  id: 'message-notify',
  title: 'SendNotifyMessage',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'sent and not posted, but the caller does not wait for another thread’s window',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-sendnotifymessagew',
  run: context => stageWay(context, give),
};
