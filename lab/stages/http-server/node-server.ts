// Node's own http module on Node's own loop (libuv, which waits with epoll): the same body, and all that
// ours leave out.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODY } from '../../examples/event-loop/answers.ts';
import type { Stage } from '../stage.ts';
import { measureServer, type Served } from './parts/load.ts';

const HEADERS = { 'Content-Type': 'text/plain', 'Content-Length': BODY.length };

async function serveByNode(): Promise<Served> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.writeHead(200, HEADERS);
    response.end(BODY);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    until: client => client.ended,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const stage: Stage = {
  id: 'node-server',
  title: 'Node’s http',
  experiment: 'http-server',
  mechanism: 'interrupt',
  about:
    'each request becomes objects, strings and streams before a callback of the program sees it',
  source: 'https://nodejs.org/api/http.html',
  run: context => measureServer(context, serveByNode),
};
