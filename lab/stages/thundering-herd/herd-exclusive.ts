// The cure: each epoll watches the device exclusively (EPOLLEXCLUSIVE). The kernel wakes waiters until one
// has taken notice, which is nearly always the first; the others sleep on.
import { EPOLLEXCLUSIVE, EPOLLIN } from '../../ffi/linux/constants.ts';
import type { Descriptors } from '../parts/descriptors.ts';
import type { Stage } from '../stage.ts';
import { stageHerd } from './parts/herd.ts';

function watch(descriptors: Descriptors, device: number, waiters: number): number[] {
  return Array.from({ length: waiters }, () => {
    const epoll = descriptors.epoll();
    descriptors.watch(epoll, device, EPOLLIN | EPOLLEXCLUSIVE);
    return epoll;
  });
}

export const stage: Stage = {
  id: 'herd-exclusive',
  title: 'Own epolls, exclusive',
  experiment: 'thundering-herd',
  mechanism: 'interrupt',
  about: 'every waiter watches the device in an epoll of its own, and each event wakes one of them',
  source: 'https://man7.org/linux/man-pages/man2/epoll_ctl.2.html',
  run: context => stageHerd(context, watch),
};
