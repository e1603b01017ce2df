// The thread whose window the messages go to. While a try begins it is busy and does not look at its
// queue: it goes on when the caller's call has come back, or when it sees that the caller waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { TimedOut } from '../../../errors.ts';
import { QS_SENDMESSAGE } from '../../../ffi/windows/messages.ts';
import { openDesk } from '../../../messages/desk.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { WindowClass } from '../../../messages/window.ts';
import { Witness } from './witness.ts';

interface Data {
  readonly shared: SharedArrayBuffer;
  readonly tries: number;
  readonly limit_ms: number;
}

/** So long a caller whose message is there already may take to come back from a call that waits not. */
const GRACE_MS = 100;
const LOOK_EVERY_MS = 1;

const { shared, tries, limit_ms } = workerData as Data;
const { loadPlatform } = await import('../../../ffi/load.ts');
const desk = openDesk(await loadPlatform());
const witness = new Witness(shared, desk);
const windows = new WindowClass(desk, 'iolab-ways', (hwnd, message, number) =>
  witness.procedure(hwnd, message, number),
);
const loop = new MessageLoop(desk, (hwnd, message, number) => witness.taken(hwnd, message, number));
const hwnd = windows.create();

/** Somebody's SendMessage stands in the queue. */
const isSentTo = () => ((desk.user.GetQueueStatus(QS_SENDMESSAGE) >>> 16) & QS_SENDMESSAGE) !== 0;

/** Busy with something else, until the call is back or waits for this thread. */
function beBusy(): void {
  const deadline_ns = desk.platform.now() + limit_ms * 1e6;
  while (!witness.awaitReturn(LOOK_EVERY_MS)) {
    if (isSentTo() && !witness.awaitReturn(GRACE_MS)) return;
    if (desk.platform.now() > deadline_ns) throw new TimedOut('the caller gave no message');
  }
  witness.cameBackWhileBusy();
}

try {
  parentPort!.postMessage({ hwnd, thread: desk.thread });
  for (let done = 0; done < tries; done++) {
    if (!witness.awaitTry(done, limit_ms)) break;
    beBusy();
    loop.until(() => witness.settled, limit_ms);
    witness.away();
  }
  loop.run(4 * limit_ms);
} finally {
  loop.close();
  windows.close();
}
