// A thread that never takes a message out of its queue, while messages are posted to its window. A queue has
// an end: Windows refuses the message that is one too many, and the caller must look at the result.
import { openDesk } from '../../messages/desk.ts';
import { MessageLoop } from '../../messages/loop.ts';
import { WindowClass } from '../../messages/window.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { TESTED } from './parts/numbers.ts';

/** Twice what Windows says that a queue holds. */
const POSTED = 20_000;

function run({ platform }: StageContext): StageResult {
  const desk = openDesk(platform);
  let handled = 0;
  let out_of_order = 0;
  const windows = new WindowClass(desk, 'iolab-full', (_hwnd, message, number) => {
    if (message !== TESTED) return undefined;
    if (number !== handled) out_of_order++;
    handled++;
    return 0;
  });
  const loop = new MessageLoop(desk);
  try {
    const hwnd = windows.create();
    let accepted = 0;
    const reasons = new Set<string>();
    for (let i = 0; i < POSTED; i++) {
      if (desk.user.PostMessageW(hwnd, TESTED, i, 0) !== 0) accepted++;
      else reasons.add(desk.lastErrorName());
    }
    loop.drain();
    const notes = [...reasons].map(reason => `PostMessage refused with ${reason}`);
    return {
      n: POSTED,
      totals: {
        given: POSTED,
        handled,
        accepted,
        refused: POSTED - accepted,
        lost: accepted - handled,
        out_of_order,
      },
      notes,
    };
  } finally {
    loop.close();
    windows.close();
  }
}

export const stage: Stage = {
  id: 'queue-full',
  title: 'A queue that nobody empties',
  experiment: 'messages',
  mechanism: 'completion',
  about: 'messages are posted to a thread that takes none, until the queue has no room',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-postmessagew',
  run,
};
