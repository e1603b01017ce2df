// One poll(2) with an entry for every descriptor: the kernel asks each of them at every call, and the
// program looks through the entries for the one that answered.

import { kept } from '../../drivers/parts/slots.ts';
import { POLLIN } from '../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS, POLLFD_REVENTS } from '../../ffi/linux/structs.ts';
import type { Stage } from '../stage.ts';
import { measureScale, type WatcherMaker } from './parts/measure.ts';

const LIMIT_MS = 1000;

const watch: WatcherMaker = ({ platform }, flags) => {
  const { poll } = platform.posix;
  const count = flags.fds.length;
  const memory = platform.memory(count * POLLFD_BYTES);
  const words = new Int32Array(memory.bytes.buffer);
  const halves = new Int16Array(memory.bytes.buffer);
  for (const [i, fd] of flags.fds.entries()) {
    words[(i * POLLFD_BYTES) / 4] = fd;
    halves[(i * POLLFD_BYTES + POLLFD_EVENTS) / 2] = POLLIN;
  }
  const address = kept(memory.address);
  return {
    wait: () => poll(address[0], count, LIMIT_MS),
    find() {
      for (let i = 0; i < count; i++) {
        if (halves[(i * POLLFD_BYTES + POLLFD_REVENTS) / 2] !== 0) return i;
      }
      return -1;
    },
    take: index => flags.lower(index),
    close: () => memory.free(),
  };
};

export const stage: Stage = {
  id: 'watch-poll',
  title: 'poll over all',
  experiment: 'scale',
  mechanism: 'interrupt',
  about: 'every call carries the whole list to the kernel and back, and both sides go through it',
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
  run: context => measureScale(context, watch),
};
