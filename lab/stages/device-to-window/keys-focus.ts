// A key belongs to the window that has the focus, wherever the pointer is. The system keeps one queue for
// all devices, and decides when a thread takes the key out of it.
import type { Stage } from '../stage.ts';
import { stageFocus } from './parts/keys.ts';

export const stage: Stage = {
  id: 'keys-focus',
  title: 'Keys and the focus',
  experiment: 'device-to-window',
  mechanism: 'interrupt',
  about: 'keys go to the window in focus, while the pointer rests on another one',
  source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/about-keyboard-input',
  run: context => stageFocus(context, true),
};
