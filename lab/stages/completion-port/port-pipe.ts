// The two ends of a named pipe on one port: reads stay pending until the other end has written, and each
// packet names its operation by the address of its OVERLAPPED.
import { openPipe } from '../../examples/ports/handles.ts';
import { windowsOf } from '../../examples/ports/port.ts';
import type { Stage } from '../stage.ts';
import { stageStream } from './parts/streams.ts';

export const stage: Stage = {
  id: 'port-pipe',
  title: 'Packets of a named pipe',
  experiment: 'completion-port',
  mechanism: 'completion',
  about: 'reads wait at one end, the other writes, and both kinds of packet come out of one port',
  source: 'https://learn.microsoft.com/en-us/windows/win32/ipc/named-pipes',
  run: context =>
    stageStream(context, () => {
      const { CloseHandle } = windowsOf(context.platform);
      const ends = openPipe(context.platform);
      return {
        ...ends,
        close() {
          CloseHandle(ends.near);
          CloseHandle(ends.far);
        },
      };
    }),
};
