// The list is given to the kernel once (epoll_ctl(2)); each descriptor puts itself on a ready list when
// something happens, and the wait hands out that list with the program's own number in each entry.
import { kept } from '../../drivers/parts/slots.ts';
import { SystemCallError } from '../../errors.ts';
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN } from '../../ffi/linux/constants.ts';
import { EPOLL_EVENT_BYTES } from '../../ffi/linux/structs.ts';
import { EPOLL_DATA_WORD } from '../parts/descriptors.ts';
import type { Stage } from '../stage.ts';
import { linuxCalls, measureScale, type WatcherMaker } from './parts/measure.ts';

const MOST_EVENTS = 16;
const LIMIT_MS = 1000;

const watch: WatcherMaker = ({ platform }, flags) => {
  const { posix, errno, errnoName } = platform;
  const { epoll_create1, epoll_wait, epoll_ctl } = linuxCalls(platform);
  const epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) throw new SystemCallError('epoll_create1', errnoName(errno()));
  const memory = platform.memory(MOST_EVENTS * EPOLL_EVENT_BYTES);
  const words = new Uint32Array(memory.bytes.buffer);
  const address = kept(memory.address);
  const close = () => {
    posix.close(epoll);
    memory.free();
  };
  for (const [i, fd] of flags.fds.entries()) {
    words[0] = EPOLLIN;
    words[EPOLL_DATA_WORD] = i;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, address[0]) === 0) continue;
    const name = errnoName(errno());
    close();
    // ENOSPC: /proc/sys/fs/epoll/max_user_watches.
    throw new SystemCallError(`epoll_ctl, the ${i + 1}th`, name);
  }
  return {
    wait: () => epoll_wait(epoll, address[0], MOST_EVENTS, LIMIT_MS),
    find: () => words[EPOLL_DATA_WORD]!,
    take: index => flags.lower(index),
    close,
  };
};

export const stage: Stage = {
  id: 'watch-epoll',
  title: 'epoll',
  experiment: 'scale',
  mechanism: 'interrupt',
  about:
    'the kernel keeps the list and hands out what is ready, with the program’s own number on it',
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  run: context => measureScale(context, watch),
};
