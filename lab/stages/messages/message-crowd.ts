// Several threads send to one window at the same time. Its thread answers one after the other: a window
// procedure needs no lock, because it runs on one thread only, and the senders stand in a line.
import { TimedOut } from '../../errors.ts';
import { openDesk } from '../../messages/desk.ts';
import { MessageLoop } from '../../messages/loop.ts';
import { startThread } from '../../messages/thread.ts';
import { WindowClass } from '../../messages/window.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { TESTED } from './parts/numbers.ts';

const SENDERS = 3;
const LIMIT_MS = 10_000;
/** So long each answer takes, so that the others come meanwhile. */
const ANSWER_NS = 2e5;

async function run(context: StageContext): Promise<StageResult> {
  const { platform, parameters } = context;
  const desk = openDesk(platform);
  const each = whole(parameters, 'tries');
  const shared = new SharedArrayBuffer(4);
  const go = new Int32Array(shared);
  const last = new Map<number, number>();
  const threads = new Set<number>();
  let [handled, inside, at_once, out_of_order] = [0, 0, 0, 0];
  const windows = new WindowClass(desk, 'iolab-crowd', (_hwnd, message, number, sender) => {
    if (message !== TESTED) return undefined;
    inside++;
    at_once = Math.max(at_once, inside);
    threads.add(platform.windows!.GetCurrentThreadId());
    if (number !== (last.get(sender) ?? 0) + 1) out_of_order++;
    last.set(sender, number);
    const end_ns = platform.now() + ANSWER_NS;
    while (platform.now() < end_ns);
    handled++;
    inside--;
    return number + 1;
  });
  const loop = new MessageLoop(desk);
  try {
    const hwnd = windows.create();
    const file = new URL('./parts/sender.ts', import.meta.url);
    const data = { shared, hwnd, each, limit_ms: LIMIT_MS };
    const senders = await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) => startThread(file, { ...data, sender })),
    );
    Atomics.store(go, 0, 1);
    Atomics.notify(go, 0);
    loop.until(() => handled === SENDERS * each, LIMIT_MS);
    const queued = loop.taken;
    await Promise.race([Promise.all(senders.map(one => one.ended)), late(LIMIT_MS)]);
    return {
      n: handled,
      totals: {
        senders: SENDERS,
        given: SENDERS * each,
        handled,
        queued,
        by_owner: handled,
        at_once,
        threads: threads.size,
        out_of_order,
      },
    };
  } finally {
    loop.close();
    windows.close();
  }
}

const late = (limit_ms: number): Promise<never> =>
  new Promise((_, reject) => {
    const fail = () => reject(new TimedOut(`the senders did not end within ${limit_ms} ms`));
    setTimeout(fail, limit_ms).unref();
  });

export const stage: Stage = {
  id: 'message-crowd',
  title: 'Many senders, one window',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'three threads send to one window at once, and its procedure runs for one at a time',
  source: 'https://learn.microsoft.com/en-us/windows/win32/winmsg/about-window-procedures',
  run,
};
