// Every thread has an epoll of its own, and all watch the same device. One event wakes every thread; the
// first takes it, and the others were woken for nothing.
import { EPOLLIN } from '../../ffi/linux/constants.ts';
import type { Descriptors } from '../parts/descriptors.ts';
import type { Stage } from '../stage.ts';
import { stageHerd } from './parts/herd.ts';

function watch(descriptors: Descriptors, device: number, waiters: number): number[] {
  return Array.from({ length: waiters }, () => {
    const epoll = descriptors.epoll();
    descriptors.watch(epoll, device, EPOLLIN);
    return epoll;
  });
}

export const stage: Stage = {
  id: 'herd-level',
  title: 'Own epolls',
  experiment: 'thundering-herd',
  mechanism: 'interrupt',
  about: 'every waiter watches the device in an epoll of its own, and each event wakes them all',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => stageHerd(context, watch),
};
