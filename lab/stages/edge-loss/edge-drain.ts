// The cure: after an event read until there is no more (EAGAIN), and only then wait again. The last read
// of every burst finds nothing; that is its price.
import { EPOLLET } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { type Inbox, stageBursts } from './parts/messages.ts';

function serve({ wait, readOne }: Inbox): void {
  while (wait()) {
    while (readOne());
  }
}

export const stage: Stage = {
  id: 'edge-drain',
  title: 'Edge-triggered, drained',
  experiment: 'edge-loss',
  mechanism: 'interrupt',
  about: 'after every event the pipe is read until it says that there is no more',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => stageBursts(context, EPOLLET, serve),
};
