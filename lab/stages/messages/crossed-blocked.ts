// The same question with SMTO_BLOCK: the sender answers nothing while it waits. The other thread asks back,
// and each waits for the other. Only the bound that one of them has set ends it.
import { SMTO_BLOCK } from '../../ffi/windows/messages.ts';
import type { Stage } from '../stage.ts';
import { LIMIT_MS, stageCrossing } from './parts/crossed.ts';
import { ASK } from './parts/numbers.ts';

export const stage: Stage = {
  id: 'crossed-blocked',
  title: 'Asked back, and deaf',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'the first thread waits with SMTO_BLOCK and answers nothing: the second waits for ever',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-sendmessagetimeoutw',
  run: context =>
    stageCrossing(context, ({ desk, to }) => {
      if (desk.user.SendMessageTimeoutW(to.hwnd, ASK, 0, 0, SMTO_BLOCK, LIMIT_MS, 0) === 0)
        throw desk.failure('SendMessageTimeout');
    }),
};
