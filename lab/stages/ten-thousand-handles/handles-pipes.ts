// Ten thousand named pipes, each with a read in flight: the port has one queue, and as many threads as the
// program likes to give it.
import { openPipe } from '../../examples/ports/handles.ts';
import { failed, windowsOf } from '../../examples/ports/port.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { type Kind, MESSAGE_BYTES, serveMany } from './parts/serve.ts';

function pipes(platform: Platform): Kind {
  const windows = windowsOf(platform);
  const far: number[] = [];
  const near: number[] = [];
  const moved = platform.memory(4);
  return {
    open() {
      // The other end is a program of its own kind, and blocks.
      const ends = openPipe(platform, { far_overlapped: false, buffer_bytes: 256 });
      near.push(ends.near);
      far.push(ends.far);
      return ends.near;
    },
    read(handle, address, overlapped) {
      const good = windows.ReadFile(handle, address, MESSAGE_BYTES, 0, overlapped);
      return good ? 0 : windows.GetLastError();
    },
    send(index, address) {
      if (windows.WriteFile(far[index]!, address, MESSAGE_BYTES, moved.address, 0)) return;
      throw failed(platform, 'WriteFile');
    },
    close() {
      for (const handle of [...near, ...far]) windows.CloseHandle(handle);
      moved.free();
    },
  };
}

export const stage: Stage = {
  id: 'handles-pipes',
  title: 'Pipes on one port',
  experiment: 'ten-thousand-handles',
  mechanism: 'completion',
  about: 'every pipe has a read in flight, and a few threads take whichever ends',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run: context => serveMany(context, pipes),
};
