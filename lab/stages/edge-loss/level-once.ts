// The reference: level-triggered epoll reports the state, not the change. The program that loses messages
// under edge-triggering loses none here, because every wait tells of what is still unread.
import type { Stage } from '../stage.ts';
import { type Inbox, stageBursts } from './parts/messages.ts';

const LEVEL = 0;

function serve({ wait, readOne }: Inbox): void {
  while (wait()) readOne();
}

export const stage: Stage = {
  id: 'level-once',
  title: 'Level-triggered, one read per event',
  experiment: 'edge-loss',
  mechanism: 'interrupt',
  about: 'the same program, and every wait tells of what lies unread, however often that is',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => stageBursts(context, LEVEL, serve),
};
