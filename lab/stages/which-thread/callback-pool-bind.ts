// BindIoCompletionCallback: the handle's operations end in a port of the system's own, and a thread of the
// system's pool runs the callback. Which one, the program does not choose.
import { failed, windowsOf } from '../../examples/ports/port.ts';
import type { Stage } from '../stage.ts';
import { READ_BYTES, soon, stageCallbacks } from './parts/pending.ts';

export const stage: Stage = {
  id: 'callback-pool-bind',
  title: 'Callback from the system’s pool',
  experiment: 'which-thread',
  mechanism: 'completion',
  about: 'a thread that the program never made runs the callback',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winbase/nf-winbase-bindiocompletioncallback',
  run(context) {
    const { platform } = context;
    const windows = windowsOf(platform);
    return stageCallbacks(context, {
      prepare(pipes, routine) {
        for (const { near } of pipes) {
          if (windows.BindIoCompletionCallback(near, routine, 0)) continue;
          throw failed(platform, 'BindIoCompletionCallback');
        }
      },
      start: (near, buffer, overlapped) =>
        windows.ReadFile(near, buffer, READ_BYTES, 0, overlapped),
      wait: soon(platform),
    });
  },
};
