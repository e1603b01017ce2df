// A click belongs to the window under the pointer. Where several lie there, it is the one in front; what is
// behind never hears of it.
import type { Stage } from '../stage.ts';
import { stageClicks } from './parts/clicks.ts';

export const stage: Stage = {
  id: 'click-topmost',
  title: 'Clicks on overlapping windows',
  experiment: 'device-to-window',
  mechanism: 'interrupt',
  about: 'clicks at places where windows overlap go to the one in front',
  source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/about-mouse-input',
  run: context => stageClicks(context, () => ({})),
};
