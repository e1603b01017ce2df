// The same loop on completions (lab/examples/event-loop): what all connections of a turn want is handed
// to the kernel by the call that waits.
import { UringLoop } from '../../examples/event-loop/uring-loop.ts';
import { UringServer } from '../../examples/event-loop/uring-server.ts';
import type { Stage } from '../stage.ts';
import { measureServer } from './parts/load.ts';
import { serveOn } from './parts/own.ts';

export const stage: Stage = {
  id: 'uring-server',
  title: 'Our loop on io_uring',
  experiment: 'http-server',
  mechanism: 'completion',
  about: 'one call hands over all receives and sends of a turn and waits for what ends',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run: context =>
    measureServer(context, async () => {
      const loop = new UringLoop(context.platform);
      return serveOn(loop, new UringServer(loop, { port: 0 }));
    }),
};
