// A message to everybody: it reaches every top-level window, seen or hidden, and no child of one and no
// message-only window. So it carries a number that only its friends know: a registered one.
import { HWND_BROADCAST, WS_CHILD } from '../../ffi/windows/messages.ts';
import { openDesk } from '../../messages/desk.ts';
import { MessageLoop } from '../../messages/loop.ts';
import { HIDDEN, MESSAGE_ONLY, WindowClass } from '../../messages/window.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';

const NAME = 'iolab.everybody';
/** Long enough for whatever comes late, where it should not come at all. */
const SETTLE_MS = 100;
const LIMIT_MS = 5000;

function run({ platform, parameters }: StageContext): StageResult {
  const desk = openDesk(platform);
  const { user } = desk;
  const tries = whole(parameters, 'tries');
  const message = user.RegisterWindowMessageW(NAME);
  if (message === 0) throw desk.failure('RegisterWindowMessage', NAME);
  const received = new Map<number, number>();
  const windows = new WindowClass(desk, 'iolab-broadcast', (hwnd, got) => {
    if (got !== message) return undefined;
    received.set(hwnd, (received.get(hwnd) ?? 0) + 1);
    return 0;
  });
  const loop = new MessageLoop(desk);
  try {
    const top = [windows.create(HIDDEN), windows.create(HIDDEN)];
    const child = windows.create({ parent: top[0]!, style: WS_CHILD });
    const only = windows.create(MESSAGE_ONLY);
    const of = (...all: number[]) => all.reduce((sum, one) => sum + (received.get(one) ?? 0), 0);
    for (let i = 0; i < tries; i++) {
      if (user.PostMessageW(HWND_BROADCAST, message, i, 0) === 0) throw desk.failure('PostMessage');
    }
    loop.until(() => of(...top) === tries * top.length, LIMIT_MS);
    loop.within(SETTLE_MS, () => false);
    return {
      n: tries,
      totals: {
        given: tries,
        windows: top.length + 2,
        handled: of(...top, child, only),
        queued: loop.taken,
        at_top_level: of(...top),
        at_children: of(child),
        at_message_only: of(only),
      },
    };
  } finally {
    loop.close();
    windows.close();
  }
}

export const stage: Stage = {
  id: 'message-broadcast',
  title: 'Broadcast',
  experiment: 'messages',
  mechanism: 'completion',
  about:
    'a registered message is posted to all, with two hidden windows, a child and a message-only one',
  source: 'https://learn.microsoft.com/en-us/windows/win32/winmsg/window-features',
  run,
};
