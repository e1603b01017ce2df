// Another cure, for a program that must not stay with one descriptor until it is empty: read one message,
// then arm the descriptor anew. epoll looks at it at once, and what is left makes a new event.
import { EPOLLET } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { type Inbox, stageBursts } from './parts/messages.ts';

function serve({ wait, readOne, rearm }: Inbox): void {
  while (wait()) {
    readOne();
    rearm();
  }
}

export const stage: Stage = {
  id: 'edge-rearm',
  title: 'Edge-triggered, armed anew',
  experiment: 'edge-loss',
  mechanism: 'interrupt',
  about: 'one message is read per event, and the descriptor armed anew, which looks at it again',
  source: 'https://man7.org/linux/man-pages/man2/epoll_ctl.2.html',
  run: context => stageBursts(context, EPOLLET, serve),
};
