// No window has the focus, but one is active: it gets the keys, as system keys (WM_SYSKEYDOWN), so that a
// program without a place to type still hears its commands.
import type { Stage } from '../stage.ts';
import { stageFocus } from './parts/keys.ts';

export const stage: Stage = {
  id: 'keys-unfocused',
  title: 'Keys without a focus',
  experiment: 'device-to-window',
  mechanism: 'interrupt',
  about: 'the program has taken the focus from its window, and keys come as system keys',
  source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/wm-syskeydown',
  run: context => stageFocus(context, false),
};
