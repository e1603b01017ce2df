// The same keys in a loop that forgets TranslateMessage: every key arrives, and no character does. A program
// so written works until somebody types.
import type { Stage } from '../stage.ts';
import { stageKeys } from './parts/keys.ts';

export const stage: Stage = {
  id: 'keys-untranslated',
  title: 'Keys without TranslateMessage',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'the loop takes messages and dispatches them, and makes no characters of keys',
  source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/about-keyboard-input',
  run: context => stageKeys(context, false),
};
