// SendMessageTimeout is SendMessage with a bound: a window whose thread does not answer costs the caller so
// much time and no more. To a window of the caller's own it is a plain call, and the bound means nothing.
import { SMTO_NORMAL } from '../../ffi/windows/messages.ts';
import type { Stage } from '../stage.ts';
import { stageWay } from './parts/ways.ts';

const LIMIT_MS = 5000;
const ANSWER_BYTES = 8;

export const stage: Stage = {
  id: 'message-timed',
  title: 'SendMessageTimeout',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'sent, and the caller waits for the answer, but not for ever',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-sendmessagetimeoutw',
  async run(context) {
    const answer = context.platform.memory(ANSWER_BYTES);
    const words = new BigInt64Array(answer.bytes.buffer, 0, 1);
    try {
      return await stageWay(context, (user, { hwnd }, message, number) => {
        const call = user.SendMessageTimeoutW;
        const came = call(hwnd, message, number, 0, SMTO_NORMAL, LIMIT_MS, answer.address);
        if (came === 0) throw new Error('SendMessageTimeout: no answer came in time');
        return Number(words[0]);
      });
    } finally {
      answer.free();
    }
  },
};
