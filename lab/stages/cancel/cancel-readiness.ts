// Who waits for readiness has no read under way: there is nothing to cancel but the wait, and no bytes
// can be lost. Here the wait is poll's, with a second descriptor that says stop.
import { closeSync, constants, openSync } from 'node:fs';
import { EFD_CLOEXEC, POLLIN } from '../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS, POLLFD_REVENTS } from '../../ffi/linux/structs.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { measureCancel, type Pipe } from './parts/swallow.ts';

const FOREVER = -1;

function start(platform: Platform, pipe: Pipe) {
  const { posix, linux } = platform;
  const fd = openSync(pipe.path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stop = linux!.eventfd(0, EFD_CLOEXEC);
  const list = platform.memory(4096);
  const one = platform.memory(4096);
  new BigUint64Array(one.bytes.buffer)[0] = 1n;
  for (const [at, descriptor] of [fd, stop].entries()) {
    new Int32Array(list.bytes.buffer)[(at * POLLFD_BYTES) / 4] = descriptor;
    new Int16Array(list.bytes.buffer)[(at * POLLFD_BYTES + POLLFD_EVENTS) / 2] = POLLIN;
  }
  let over = false;
  return {
    async cancel() {
      posix.write(stop, one.address, 8);
      posix.poll(list.address, 2, FOREVER);
      const stopped = (POLLFD_BYTES + POLLFD_REVENTS) / 2;
      over = new Int16Array(list.bytes.buffer)[stopped] === POLLIN;
    },
    ended: () => over,
    release() {
      for (const descriptor of [fd, stop]) closeSync(descriptor);
      for (const memory of [list, one]) memory.free();
    },
  };
}

export const stage: Stage = {
  id: 'cancel-readiness',
  title: 'A wait that can be stopped',
  experiment: 'cancel',
  mechanism: 'interrupt',
  about: 'poll waits for the pipe and for an event flag that says stop; no read was begun',
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
  run: context => measureCancel(context, pipe => start(context.platform, pipe)),
};
