// Edge-triggered epoll reports a change once. A program that reads one message per event leaves the others
// of a burst behind: no event will tell of them, and every later event brings an older message.
import { EPOLLET } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { type Inbox, stageBursts } from './parts/messages.ts';

function serve({ wait, readOne }: Inbox): void {
  while (wait()) readOne();
}

export const stage: Stage = {
  id: 'edge-once',
  title: 'Edge-triggered, one read per event',
  experiment: 'edge-loss',
  mechanism: 'interrupt',
  about: 'one message is read per event; what else came with it stays in the pipe, unannounced',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => stageBursts(context, EPOLLET, serve),
};
