// Threads of the program's own wait at a port and run what belongs to each packet, as the runtimes of .NET
// and of many servers do. They were made once; operations come and go without a thread of their own.
import { openPipe } from '../../examples/ports/handles.ts';
import { windowsOf } from '../../examples/ports/port.ts';
import type { Platform } from '../../ffi/platform.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import type { Kind } from '../ten-thousand-handles/parts/serve.ts';
import { serveMany } from '../ten-thousand-handles/parts/serve.ts';
import { cancelBlocked, READ_BYTES } from './parts/pending.ts';

const THREADS = 2;

async function run(context: StageContext): Promise<StageResult> {
  const operations = whole(context.parameters, 'operations');
  const parameters = { handles: String(operations), threads: String(THREADS) };
  let waiting_threads = 0;
  const { totals } = await serveMany({ ...context, parameters }, platform =>
    pipes(platform, () => {
      waiting_threads = cancelBlocked(platform);
    }),
  );
  const { in_flight, added_threads, serving_threads, late_bytes, wrong } = totals;
  return {
    n: operations,
    totals: {
      in_flight: in_flight!,
      waiting_threads,
      added_threads: added_threads!,
      callback_threads: serving_threads!,
      on_submitter: 0,
      late_bytes: late_bytes!,
      wrong: wrong!,
    },
  };
}

/** `look` is called once, while every read is in flight. */
function pipes(platform: Platform, look: () => void): Kind {
  const windows = windowsOf(platform);
  const ends: { near: number; far: number }[] = [];
  const moved = platform.memory(4);
  let looked = false;
  return {
    open() {
      ends.push(openPipe(platform, { far_overlapped: false, buffer_bytes: 256 }));
      return ends.at(-1)!.near;
    },
    read(near, address, overlapped) {
      const good = windows.ReadFile(near, address, READ_BYTES, 0, overlapped);
      return good ? 0 : windows.GetLastError();
    },
    send(index, address) {
      if (!looked) look();
      looked = true;
      windows.WriteFile(ends[index]!.far, address, READ_BYTES, moved.address, 0);
    },
    close() {
      for (const { near, far } of ends) {
        windows.CloseHandle(near);
        windows.CloseHandle(far);
      }
      moved.free();
    },
  };
}

export const stage: Stage = {
  id: 'callback-own-thread',
  title: 'Callback from our own threads',
  experiment: 'which-thread',
  mechanism: 'completion',
  about: 'threads that the program made for it take the packets and run what belongs to them',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run,
};
