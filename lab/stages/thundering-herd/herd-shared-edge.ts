// Another cure: one epoll for all, edge-triggered. A change is reported once, so it wakes one thread, which
// must then take all there is.
import { EPOLLET, EPOLLIN } from '../../ffi/linux/constants.ts';
import type { Descriptors } from '../parts/descriptors.ts';
import type { Stage } from '../stage.ts';
import { stageHerd } from './parts/herd.ts';

function watch(descriptors: Descriptors, device: number, waiters: number): number[] {
  const epoll = descriptors.epoll();
  descriptors.watch(epoll, device, EPOLLIN | EPOLLET);
  return Array(waiters).fill(epoll);
}

export const stage: Stage = {
  id: 'herd-shared-edge',
  title: 'One epoll for all, edge-triggered',
  experiment: 'thundering-herd',
  mechanism: 'interrupt',
  about: 'all waiters sleep in one epoll, which reports every event to one of them alone',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => stageHerd(context, watch),
};
