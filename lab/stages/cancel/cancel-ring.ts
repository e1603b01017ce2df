// io_uring has a request that cancels another. When the cancelled one's completion is there (ECANCELED),
// the operation has ended, its buffer is the program's again, and the message is left for others.
import { closeSync, openSync } from 'node:fs';
import { Ring } from '../../drivers/parts/ring.ts';
import { IORING_OP_ASYNC_CANCEL, IORING_OP_READ } from '../../ffi/linux/constants.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { measureCancel, type Pipe } from './parts/swallow.ts';

const READ = 1;
const CANCEL = 2;
const LIMIT_NS = 2e9;

function start(platform: Platform, pipe: Pipe) {
  const fd = openSync(pipe.path, 'r');
  const ring = new Ring(platform, 4, 0);
  const buffer = platform.memory(4096);
  const { address } = buffer;
  ring.prepare(IORING_OP_READ, fd, -1, address >>> 0, address / 2 ** 32, 64, READ);
  ring.enter(0);
  let over = false;
  const collect = () => {
    // Read once: what comes meanwhile has not been looked at, and must not be given back.
    const ready = ring.ready();
    for (let k = 0; k < ready; k++) if (ring.userData(k) === READ) over = true;
    ring.advance(ready);
  };
  return {
    async cancel() {
      // A request is named by its user data, which stands where a read has its address.
      ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, READ, 0, 0, CANCEL);
      const deadline_ns = platform.now() + LIMIT_NS;
      while (!over && platform.now() < deadline_ns) {
        ring.enter(1, deadline_ns);
        collect();
      }
    },
    ended: () => over,
    release() {
      if (!over) throw new Error('the cancelled read did not end: its buffer must not be freed');
      ring.close();
      buffer.free();
      closeSync(fd);
    },
  };
}

export const stage: Stage = {
  id: 'cancel-ring',
  title: 'io_uring’s cancel request',
  experiment: 'cancel',
  mechanism: 'completion',
  about: 'a request that cancels another, and the completion that says it has ended',
  source: 'https://man7.org/linux/man-pages/man3/io_uring_prep_cancel.3.html',
  run: context => measureCancel(context, pipe => start(context.platform, pipe)),
};
