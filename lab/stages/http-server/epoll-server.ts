// The event loop that the course builds, on readiness, with its small HTTP server
// (lab/examples/event-loop).
import { EpollLoop } from '../../examples/event-loop/epoll-loop.ts';
import { EpollServer } from '../../examples/event-loop/epoll-server.ts';
import type { Stage } from '../stage.ts';
import { measureServer } from './parts/load.ts';
import { serveOn } from './parts/own.ts';

export const stage: Stage = {
  id: 'epoll-server',
  title: 'Our loop on epoll',
  experiment: 'http-server',
  mechanism: 'interrupt',
  about:
    'one wait tells which connections can be read; each costs one call to receive and one to send',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context =>
    measureServer(context, async () => {
      const loop = new EpollLoop(context.platform);
      return serveOn(loop, new EpollServer(loop, { port: 0 }));
    }),
};
