// A connection that was accepted by a port (AcceptEx), with both of its ends on another one. Accepting,
// sending (WSASend) and receiving (WSARecv) are operations like those of a file.
import type { Stage } from '../stage.ts';
import { connectAccepted } from './parts/connection.ts';
import { stageStream } from './parts/streams.ts';

export const stage: Stage = {
  id: 'port-socket',
  title: 'Packets of a socket',
  experiment: 'completion-port',
  mechanism: 'completion',
  about: 'accepting, sending and receiving are operations alike, and each ends by a packet',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/mswsock/nf-mswsock-acceptex',
  run: context => stageStream(context, () => connectAccepted(context.platform)),
};
