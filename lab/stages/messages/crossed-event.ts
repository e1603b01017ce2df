// The first thread posts its question and waits for an event, as any thread may that owns no window. The
// second asks back with SendMessage, and the first does not look at its queue: a deadlock.
import type { Stage } from '../stage.ts';
import { stageCrossing, waitDeaf } from './parts/crossed.ts';
import { ASK } from './parts/numbers.ts';

export const stage: Stage = {
  id: 'crossed-event',
  title: 'Asked back in WaitForSingleObject',
  experiment: 'messages',
  mechanism: 'completion',
  about: 'a thread that owns a window waits for an event, and not for messages',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject',
  run: context =>
    stageCrossing(context, crossing => {
      const { desk, to } = crossing;
      if (desk.user.PostMessageW(to.hwnd, ASK, 0, 0) === 0) throw desk.failure('PostMessage');
      waitDeaf(crossing);
    }),
};
