// The cure: MsgWaitForMultipleObjectsEx waits for the event and for messages in one call, so that the
// question that comes back is answered and the event can be set.
import { WAIT_OBJECT_0 } from '../../ffi/windows/constants.ts';
import type { Stage } from '../stage.ts';
import { type Crossing, LIMIT_MS, stageCrossing } from './parts/crossed.ts';
import { ASK } from './parts/numbers.ts';

const HANDLE_BYTES = 8;

function ask({ desk, to, event, loop }: Crossing): void {
  const { windows, memory } = desk.platform;
  const handles = memory(HANDLE_BYTES);
  try {
    new BigUint64Array(handles.bytes.buffer)[0] = BigInt(event);
    if (desk.user.PostMessageW(to.hwnd, ASK, 0, 0) === 0) throw desk.failure('PostMessage');
    const isUp = () => windows!.WaitForSingleObject(event, 0) === WAIT_OBJECT_0;
    loop.until(isUp, LIMIT_MS, 1, handles.address);
  } finally {
    handles.free();
  }
}

export const stage: Stage = {
  id: 'crossed-msgwait',
  title: 'Asked back in MsgWaitForMultipleObjects',
  experiment: 'messages',
  mechanism: 'completion',
  about: 'a thread that owns a window waits for an event and for messages at once',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-msgwaitformultipleobjectsex',
  run: context => stageCrossing(context, ask),
};
