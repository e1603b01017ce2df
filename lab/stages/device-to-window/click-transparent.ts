// Before a click is given out, the window is asked what is at the point (WM_NCHITTEST). One that answers
// "look through me" hands the click to the next window of the same thread.
import { HTTRANSPARENT } from '../../ffi/windows/messages.ts';
import type { Stage } from '../stage.ts';
import { stageClicks } from './parts/clicks.ts';

export const stage: Stage = {
  id: 'click-transparent',
  title: 'Clicks through a window',
  experiment: 'device-to-window',
  mechanism: 'interrupt',
  about: 'the window in front says that it is transparent, and the next one gets its clicks',
  source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/wm-nchittest',
  run: context =>
    stageClicks(context, scene => {
      const front = scene.windows.at(-1)!;
      scene.hits.set(front, HTTRANSPARENT);
      return { front };
    }),
};
