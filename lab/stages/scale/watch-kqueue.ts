// The interest is registered with the queue once (kevent(2)), as with epoll; an event carries the
// descriptor's number. On Linux a library answers the same calls, where IOLAB_LIBKQUEUE names one.
import { kept } from '../../drivers/parts/slots.ts';
import { SystemCallError } from '../../errors.ts';
import { EV_ADD, EV_ERROR, EVFILT_READ } from '../../ffi/linux/constants.ts';
import { KEVENT_FILTER, KEVENT_FLAGS, KEVENT_IDENT, keventBytes } from '../../ffi/linux/structs.ts';
import type { Stage } from '../stage.ts';
import { measureScale, type WatcherMaker } from './parts/measure.ts';

const MOST_EVENTS = 16;
const LIMIT_S = 1;
const TIMESPEC_BYTES = 16;

const watch: WatcherMaker = ({ platform }, flags) => {
  const { kqueue, kevent } = platform.kqueue();
  const stride = keventBytes(platform.os);
  const queue = kqueue();
  if (queue < 0) throw new SystemCallError('kqueue', platform.errnoName(platform.errno()));
  const memory = platform.memory(MOST_EVENTS * stride + TIMESPEC_BYTES);
  const view = new DataView(memory.bytes.buffer);
  const words = new Uint32Array(memory.bytes.buffer);
  const halves = new Uint16Array(memory.bytes.buffer);
  const events = kept(memory.address);
  const timespec = kept(memory.address + MOST_EVENTS * stride);
  words[(MOST_EVENTS * stride) / 4] = LIMIT_S;
  const close = () => {
    platform.posix.close(queue);
    memory.free();
  };
  const index_of = new Int32Array(Math.max(...flags.fds) + 1).fill(-1);
  for (const [i, fd] of flags.fds.entries()) {
    index_of[fd] = i;
    memory.bytes.fill(0, 0, stride);
    view.setUint32(KEVENT_IDENT, fd, true);
    view.setInt16(KEVENT_FILTER, EVFILT_READ, true);
    view.setUint16(KEVENT_FLAGS, EV_ADD, true);
    if (kevent(queue, events[0], 1, 0, 0, 0) >= 0) continue;
    const name = platform.errnoName(platform.errno());
    close();
    throw new SystemCallError(`kevent, the ${i + 1}th`, name);
  }
  return {
    wait: () => kevent(queue, 0, 0, events[0], MOST_EVENTS, timespec[0]),
    find: () =>
      halves[KEVENT_FLAGS / 2]! & EV_ERROR ? -1 : (index_of[words[KEVENT_IDENT / 4]!] ?? -1),
    take: index => flags.lower(index),
    close,
  };
};

export const stage: Stage = {
  id: 'watch-kqueue',
  title: 'kqueue',
  experiment: 'scale',
  mechanism: 'interrupt',
  about: 'the queue keeps the list and hands out what is ready, with the descriptor’s number on it',
  source: 'https://man.freebsd.org/cgi/man.cgi?query=kqueue&sektion=2',
  run: context => measureScale(context, watch),
};
