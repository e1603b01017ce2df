// One way of giving a message to a window, tried from the window's own thread and from another: whether
// it goes through the queue, who answers it, what it overtakes and how long the caller is held. The
// window's thread is kept busy while the call is made, so that a call that waits is told from one that
// does not. Source: "About Messages and Message Queues", https://learn.microsoft.com/windows/win32/winmsg
import { TimedOut } from '../../../errors.ts';
import { WM_QUIT } from '../../../ffi/windows/messages.ts';
import type { UserCalls } from '../../../ffi/windows/user-calls.ts';
import { type Desk, openDesk } from '../../../messages/desk.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { startThread } from '../../../messages/thread.ts';
import { WindowClass } from '../../../messages/window.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { EARLIER, TESTED, TIMED } from './numbers.ts';
import { WITNESS_BYTES, Witness } from './witness.ts';

/** Whom a message is given to. */
export interface Receiver {
  readonly hwnd: number;
  readonly thread: number;
}

/**
 * Gives a message that says only its number. Returns the window procedure's answer where the call brings
 * it: the number and one more. Throws what failed.
 */
export type Give = (
  user: UserCalls,
  to: Receiver,
  message: number,
  number: number,
) => number | undefined;

/** Posted before each message under test. */
const EARLIER_EACH = 3;
/** Timed one by one, after the tries. */
const TIMED_MESSAGES = 200;
const LIMIT_MS = 5000;

export async function stageWay(context: StageContext, give: Give): Promise<StageResult> {
  const desk = openDesk(context.platform);
  const same = context.parameters.from === 'same';
  const shared = new SharedArrayBuffer(WITNESS_BYTES);
  return same ? alone(context, desk, shared, give) : across(context, desk, shared, give);
}

/** The window is the caller's own. */
function alone(
  context: StageContext,
  desk: Desk,
  shared: SharedArrayBuffer,
  give: Give,
): StageResult {
  const witness = new Witness(shared, desk);
  const windows = new WindowClass(desk, 'iolab-ways', (hwnd, message, number) =>
    witness.procedure(hwnd, message, number),
  );
  const loop = new MessageLoop(desk, (hwnd, message, number) =>
    witness.taken(hwnd, message, number),
  );
  try {
    const to = { hwnd: windows.create(), thread: desk.thread };
    const wrong = tryAll(context, desk, witness, to, give, () =>
      loop.until(() => witness.settled, LIMIT_MS),
    );
    return report(context, witness, wrong, timeAll(desk, witness, to, give, loop));
  } finally {
    loop.close();
    windows.close();
  }
}

/** The window is another thread's, whose loop stands in `owner.ts`. */
async function across(
  context: StageContext,
  desk: Desk,
  shared: SharedArrayBuffer,
  give: Give,
): Promise<StageResult> {
  const witness = new Witness(shared, desk);
  const tries = whole(context.parameters, 'tries');
  const file = new URL('./owner.ts', import.meta.url);
  const owner = await startThread<Receiver>(file, { shared, tries, limit_ms: LIMIT_MS });
  const to = owner.told;
  try {
    const wrong = tryAll(context, desk, witness, to, give, () => {
      if (!witness.awaitAway(LIMIT_MS)) throw new TimedOut('the window’s thread handled nothing');
    });
    return report(context, witness, wrong, timeAll(desk, witness, to, give, undefined));
  } finally {
    desk.user.PostThreadMessageW(to.thread, WM_QUIT, 0, 0);
    await owner.ended;
  }
}

/** Returns how many answers were wrong. */
function tryAll(
  { parameters }: StageContext,
  desk: Desk,
  witness: Witness,
  to: Receiver,
  give: Give,
  settle: () => void,
): number {
  const { user } = desk;
  const tries = whole(parameters, 'tries');
  let wrong = 0;
  for (let number = 1; number <= tries; number++) {
    for (let i = 0; i < EARLIER_EACH; i++) {
      if (user.PostMessageW(to.hwnd, EARLIER, i, 0) === 0) throw desk.failure('PostMessage');
    }
    witness.begin(EARLIER_EACH);
    const answer = give(user, to, TESTED, number);
    witness.returned();
    if (answer !== undefined && answer !== number + 1) wrong++;
    settle();
    desk.rethrow();
  }
  return wrong;
}

interface Timed {
  readonly call_ns: Float64Array;
  readonly latency_ns: Float64Array;
}

/** How long each call holds the caller, and how long until the message is handled by an idle thread. */
function timeAll(
  desk: Desk,
  witness: Witness,
  to: Receiver,
  give: Give,
  loop: MessageLoop | undefined,
): Timed {
  const call_ns = new Float64Array(TIMED_MESSAGES);
  const latency_ns = new Float64Array(TIMED_MESSAGES);
  for (let number = 1; number <= TIMED_MESSAGES; number++) {
    const start_ns = desk.platform.now();
    give(desk.user, to, TIMED, number);
    call_ns[number - 1] = desk.platform.now() - start_ns;
    loop?.drain();
    const handled_ns = witness.awaitTimed(number, LIMIT_MS);
    if (handled_ns === undefined) throw new TimedOut(`message ${number} was handled by nobody`);
    latency_ns[number - 1] = handled_ns - start_ns;
  }
  return { call_ns, latency_ns };
}

function report(
  { parameters }: StageContext,
  witness: Witness,
  wrong_answers: number,
  { call_ns, latency_ns }: Timed,
): StageResult {
  const { totals } = witness;
  if (totals.handled !== whole(parameters, 'tries') || wrong_answers > 0) {
    throw new Error(`${totals.handled} messages were handled, ${wrong_answers} answers were wrong`);
  }
  return { n: totals.handled, series: { call_ns, latency_ns }, totals };
}
