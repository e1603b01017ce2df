// Two threads that own a window each: the first asks the second, which asks back before it answers. How
// the first waits decides whether that can ever end. A bound on the second question stands in for a person
// who would end the program. Source: "Message Deadlocks", in "About Messages and Message Queues",
// https://learn.microsoft.com/windows/win32/winmsg/about-messages-and-message-queues
import { TimedOut } from '../../../errors.ts';
import { WAIT_FAILED, WAIT_OBJECT_0 } from '../../../ffi/windows/constants.ts';
import { WM_QUIT } from '../../../ffi/windows/messages.ts';
import { type Desk, openDesk } from '../../../messages/desk.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { startThread } from '../../../messages/thread.ts';
import { WindowClass } from '../../../messages/window.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { BACK } from './numbers.ts';
import type { Receiver } from './ways.ts';

/** The event stays up until it is taken down: whoever looks may look again. */
const MANUAL = 1;
/** What the second thread may wait for its own question. */
const BOUND_MS = 200;
/** What the first thread may wait in all. */
export const LIMIT_MS = 10 * BOUND_MS;

export interface Crossing {
  readonly desk: Desk;
  /** The other thread's window. It answers ASK, and then sets `event`. */
  readonly to: Receiver;
  readonly event: number;
  readonly loop: MessageLoop;
}

/** Words that the second thread counts in. */
export const ANSWERED = 0;
export const TIMED_OUT = 1;
const WORDS = 2;

export async function stageCrossing(
  context: StageContext,
  /** Asks the other window, and comes back when its answer is there. */
  ask: (crossing: Crossing) => void,
): Promise<StageResult> {
  const { platform, parameters } = context;
  const desk = openDesk(platform);
  const tries = whole(parameters, 'tries');
  const kernel = platform.windows!;
  const shared = new SharedArrayBuffer(4 * WORDS);
  const counts = new Int32Array(shared);
  let [asking, nested, late] = [false, 0, 0];
  const windows = new WindowClass(desk, 'iolab-first', (_hwnd, message, number) => {
    if (message !== BACK) return undefined;
    if (asking) nested++;
    else late++;
    return number + 1;
  });
  const loop = new MessageLoop(desk);
  const event = kernel.CreateEventW(0, MANUAL, 0, 0);
  if (event === 0) throw desk.failure('CreateEvent');
  try {
    const first = windows.create();
    const file = new URL('./second.ts', import.meta.url);
    const data = { shared, first, event, bound_ms: BOUND_MS, limit_ms: 2 * tries * LIMIT_MS };
    const second = await startThread<Receiver>(file, data);
    try {
      for (let i = 0; i < tries; i++) {
        kernel.ResetEvent(event);
        asking = true;
        ask({ desk, to: second.told, event, loop });
        asking = false;
        loop.drain();
        desk.rethrow();
      }
    } finally {
      desk.user.PostThreadMessageW(second.told.thread, WM_QUIT, 0, 0);
      await second.ended;
    }
    const [answered, timed_out] = counts as unknown as [number, number];
    return { n: tries, totals: { tries, answered, timed_out, nested, late } };
  } finally {
    kernel.CloseHandle(event);
    loop.close();
    windows.close();
  }
}

/** Sleeps until the event is up, deaf to messages. Throws TimedOut. */
export function waitDeaf({ desk, event }: Pick<Crossing, 'desk' | 'event'>): void {
  const woken = desk.platform.windows!.WaitForSingleObject(event, LIMIT_MS);
  if (woken === WAIT_OBJECT_0) return;
  if (woken === WAIT_FAILED) throw desk.failure('WaitForSingleObject');
  throw new TimedOut('the other thread set no event');
}
