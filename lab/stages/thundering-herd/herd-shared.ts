// All threads wait in the same epoll. It wakes one of them, but reports a level: as long as the event is
// not taken, the next waiter is woken too.
import { EPOLLIN } from '../../ffi/linux/constants.ts';
import type { Descriptors } from '../parts/descriptors.ts';
import type { Stage } from '../stage.ts';
import { stageHerd } from './parts/herd.ts';

function watch(descriptors: Descriptors, device: number, waiters: number): number[] {
  const epoll = descriptors.epoll();
  descriptors.watch(epoll, device, EPOLLIN);
  return Array(waiters).fill(epoll);
}

export const stage: Stage = {
  id: 'herd-shared',
  title: 'One epoll for all',
  experiment: 'thundering-herd',
  mechanism: 'interrupt',
  about: 'all waiters sleep in one epoll, which wakes another while the event is not yet taken',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => stageHerd(context, watch),
};
