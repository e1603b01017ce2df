// Node on Linux: its loop waits with epoll until a connection can be read, and then reads it. Counted by
// strace, while two ends of a connection of its own speak.
import type { Stage } from '../stage.ts';
import { countOnEpoll } from './parts/on-epoll.ts';

export const stage: Stage = {
  id: 'node-socket-epoll',
  title: 'Node over a socket, on epoll',
  experiment: 'who-lives-on-it',
  mechanism: 'interrupt',
  about: 'messages over one connection, and what Node calls for each of them on Linux',
  source: 'https://docs.libuv.org/en/v1.x/design.html#the-i-o-loop',
  run: context => countOnEpoll(context, 'socket'),
};
