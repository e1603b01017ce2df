// One of our own servers under load: its loop holds the thread, so it learns of the client's end as of
// everything else, by a descriptor.

import type { Server } from '../../../examples/event-loop/listen.ts';
import type { Loop } from '../../../examples/event-loop/loop.ts';
import type { Served } from './load.ts';
import type { Client } from './wrk.ts';

export function serveOn(loop: Loop, server: Server): Served {
  return {
    port: server.port,
    requests: () => server.requests,
    calls: () => loop.calls,
    async until({ end_fd }: Client) {
      loop.whenReadable(end_fd, () => loop.stop());
      loop.run();
    },
    async close() {
      server.close();
      loop.run();
      loop.close();
    },
  };
}
