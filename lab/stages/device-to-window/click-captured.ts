// A window that has captured the mouse gets its messages wherever the pointer is: so a drag goes on beyond
// the window's edge. Nobody is asked what is at the point.
import type { Stage } from '../stage.ts';
import { stageClicks } from './parts/clicks.ts';

export const stage: Stage = {
  id: 'click-captured',
  title: 'Clicks while the mouse is captured',
  experiment: 'device-to-window',
  mechanism: 'interrupt',
  about: 'the window at the very bottom has captured the mouse, and gets all clicks',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-setcapture',
  run: context =>
    stageClicks(context, scene => {
      const captor = scene.windows[0]!;
      scene.desk.user.SetCapture(captor);
      return { captor };
    }),
};
