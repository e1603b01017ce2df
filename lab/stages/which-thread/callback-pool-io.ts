// CreateThreadpoolIo, the newer form: every operation is announced to the pool before it is started, so that
// the pool knows for how many callbacks it must stay.
import { failed, windowsOf } from '../../examples/ports/port.ts';
import type { Stage } from '../stage.ts';
import { READ_BYTES, soon, stageCallbacks } from './parts/pending.ts';

export const stage: Stage = {
  id: 'callback-pool-io',
  title: 'Callback from the newer pool',
  experiment: 'which-thread',
  mechanism: 'completion',
  about: 'the pool is told of every operation beforehand, and one of its threads runs the callback',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/threadpoolapiset/nf-threadpoolapiset-createthreadpoolio',
  run(context) {
    const { platform } = context;
    const windows = windowsOf(platform);
    const objects = new Map<number, number>();
    return stageCallbacks(context, {
      prepare(pipes, routine) {
        for (const { near } of pipes) {
          const object = windows.CreateThreadpoolIo(near, routine, 0, 0);
          if (object === 0) throw failed(platform, 'CreateThreadpoolIo');
          objects.set(near, object);
        }
      },
      start(near, buffer, overlapped) {
        windows.StartThreadpoolIo(objects.get(near)!);
        return windows.ReadFile(near, buffer, READ_BYTES, 0, overlapped);
      },
      wait: soon(platform),
      close() {
        for (const object of objects.values()) {
          windows.WaitForThreadpoolIoCallbacks(object, 0);
          windows.CloseThreadpoolIo(object);
        }
      },
    });
  },
};
