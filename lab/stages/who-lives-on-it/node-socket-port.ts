// Node on Windows: its loop waits at a completion port, and every receive and send is an overlapped operation.
// Counted in node.exe itself, while two ends of a connection of its own speak.
import type { Stage } from '../stage.ts';
import { countOnPort } from './parts/on-port.ts';

export const stage: Stage = {
  id: 'node-socket-port',
  title: 'Node over a socket, on a port',
  experiment: 'who-lives-on-it',
  mechanism: 'completion',
  about: 'messages over one connection, and what Node calls for each of them on Windows',
  source: 'https://docs.libuv.org/en/v1.x/design.html#the-i-o-loop',
  run: context => countOnPort(context, 'socket'),
};
