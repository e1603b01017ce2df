// TranslateMessage posts a WM_CHAR for a key that goes down and stands for a character. So text comes one
// message after its keys, and only in loops that call it.
import type { Stage } from '../stage.ts';
import { stageKeys } from './parts/keys.ts';

export const stage: Stage = {
  id: 'keys-translated',
  title: 'Keys with TranslateMessage',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'the loop makes characters of keys: WM_CHAR is posted when WM_KEYDOWN is translated',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-translatemessage',
  run: context => stageKeys(context, true),
};
