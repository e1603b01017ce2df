// A message whose work takes long, and what comes meanwhile: messages posted by another thread, ticks of a
// timer, parts of the window that must be drawn anew. Posted messages wait; ticks and drawing are no entries
// of the queue but marks on it, so many become one. Source: WM_TIMER and WM_PAINT, and "Queued Messages",
// https://learn.microsoft.com/windows/win32/winmsg/about-messages-and-message-queues
import {
  WM_PAINT,
  WM_TIMER,
  WS_EX_TOOLWINDOW,
  WS_POPUP,
  WS_VISIBLE,
} from '../../../ffi/windows/messages.ts';
import { type Desk, openDesk } from '../../../messages/desk.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { type OtherThread, startThread } from '../../../messages/thread.ts';
import { WindowClass } from '../../../messages/window.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { DONE, EARLIER, WORK } from './numbers.ts';

/** Words shared with the thread that gives messages meanwhile, and with one that may do the work. */
export const BEGUN = 0;
export const GIVEN = 1;
export const WINDOW = 2;
const WORDS = 3;
export const sharedWords = (): SharedArrayBuffer => new SharedArrayBuffer(4 * WORDS);

/** Given meanwhile; as often the window is to be drawn anew. */
export const MESSAGES = 20;
const TICK_MS = 10;
const TIMER = 1;
const LIMIT_MS = 20_000;
const SIDE_PIXELS = 16;

export interface Job {
  readonly desk: Desk;
  readonly hwnd: number;
  readonly loop: MessageLoop;
  /** When the work has taken long enough, and all was given that comes meanwhile. */
  isOver(): boolean;
}

/** Does the work, in whatever way. Returns when it is done, or earlier: then DONE is posted. */
export type Work = (job: Job) => 'done' | 'later';

class Counts {
  posted = 0;
  waited = 0;
  inside = 0;
  ticks = 0;
  paints = 0;
}

export async function stageLongWork(
  context: StageContext,
  work: Work,
  shared = sharedWords(),
): Promise<StageResult> {
  const { platform, parameters } = context;
  const desk = openDesk(platform);
  const length_ns = whole(parameters, 'work_ms') * 1e6;
  const words = new Int32Array(shared);
  const counts = new Counts();
  let [busy, handling, over] = [false, false, false];
  let begun_ns = 0;
  const job = (hwnd: number): Job => ({
    desk,
    hwnd,
    loop,
    isOver: () => platform.now() - begun_ns > length_ns && Atomics.load(words, GIVEN) === MESSAGES,
  });
  const finish = () => {
    busy = false;
    over = true;
  };
  const windows = new WindowClass(desk, 'iolab-long', (hwnd, message) => {
    if (message === EARLIER) {
      counts.posted++;
      if (!busy) counts.waited++;
      if (handling) counts.inside++;
    } else if (message === WM_TIMER) counts.ticks++;
    else if (message === WM_PAINT) {
      counts.paints++;
      desk.user.ValidateRect(hwnd, 0);
    } else if (message === WORK) {
      [busy, handling, begun_ns] = [true, true, platform.now()];
      Atomics.store(words, BEGUN, 1);
      Atomics.notify(words, BEGUN);
      if (work(job(hwnd)) === 'done') finish();
      handling = false;
    } else if (message === DONE) finish();
    else return undefined;
    return 0;
  });
  const loop = new MessageLoop(desk);
  try {
    const hwnd = windows.create({
      style: WS_POPUP + WS_VISIBLE,
      extended_style: WS_EX_TOOLWINDOW,
      place: [0, 0, SIDE_PIXELS, SIDE_PIXELS],
    });
    const giver = await startGiver({ shared, hwnd });
    loop.drain();
    [counts.ticks, counts.paints] = [0, 0];
    desk.user.SetTimer(hwnd, TIMER, TICK_MS, 0);
    desk.user.PostMessageW(hwnd, WORK, 0, 0);
    loop.until(() => over, LIMIT_MS);
    const length_ms = (platform.now() - begun_ns) / 1e6;
    // What waited is handled now; a tick and a drawing come only when nothing else is there.
    loop.until(() => counts.posted === MESSAGES && counts.ticks > 0 && counts.paints > 0, LIMIT_MS);
    desk.user.KillTimer(hwnd, TIMER);
    await giver.ended;
    const due = Math.floor(length_ms / TICK_MS);
    return { n: MESSAGES, totals: totalsOf(counts, due) };
  } finally {
    loop.close();
    windows.close();
  }
}

const startGiver = (data: object): Promise<OtherThread<string>> =>
  startThread(new URL('./giver.ts', import.meta.url), { ...data, limit_ms: LIMIT_MS });

const totalsOf = (counts: Counts, ticks_due: number) => ({
  given: MESSAGES,
  handled: counts.posted,
  waited: counts.waited,
  inside: counts.inside,
  ticks_due,
  ticks: counts.ticks,
  paints_asked: MESSAGES,
  paints: counts.paints,
});
