// io_uring: the writes and an fsync go to the kernel in one call, linked, so that the fsync starts when
// the writes have ended. One call, one wait, and the order is the kernel's to keep.

import { Ring } from '../../drivers/parts/ring.ts';
import { SystemCallError, Unsupported } from '../../errors.ts';
import { EINTR, IORING_OP_FSYNC, IORING_OP_WRITE } from '../../ffi/linux/constants.ts';
import type { Stage, StageContext } from '../stage.ts';
import {
  type Batch,
  BLOCK_BYTES,
  measureWrites,
  openScratch,
  type Writer,
} from './parts/writes.ts';

const DRAIN_LIMIT_NS = 30e9;

function open(context: StageContext, batch: Batch): Writer {
  const { platform } = context;
  if (!platform.linux) throw new Unsupported('io_uring is Linux’s', 'run it on Linux');
  const { count, offsets } = batch;
  const ring = new Ring(platform, count + 1, 0);
  let fd = -1;
  try {
    fd = openScratch(context, 0);
  } catch (error) {
    ring.close();
    throw error;
  }
  const low = Uint32Array.from({ length: count }, (_, i) => batch.address(i) >>> 0);
  const high = Uint32Array.from({ length: count }, (_, i) => batch.address(i) / 2 ** 32);
  let syscalls = 0;

  /** Throws SystemCallError for the first that did not end well; those behind it were cancelled. */
  const check = (ready: number) => {
    for (let k = 0; k < ready; k++) {
      const fsync = ring.userData(k) === count;
      const result = ring.result(k);
      if (result === (fsync ? 0 : BLOCK_BYTES)) continue;
      const name = result < 0 ? platform.errnoName(-result) : 'EIO';
      throw new SystemCallError(fsync ? 'io_uring fsync' : 'io_uring write', name);
    }
  };
  return {
    get syscalls() {
      return syscalls;
    },
    commit() {
      for (let i = 0; i < count; i++) {
        ring.prepare(IORING_OP_WRITE, fd, offsets[i]!, low[i]!, high[i]!, BLOCK_BYTES, i);
      }
      ring.prepare(IORING_OP_FSYNC, fd, 0, 0, 0, 0, count);
      ring.linkQueued();
      const deadline_ns = platform.now() + DRAIN_LIMIT_NS;
      while (ring.ready() <= count) {
        syscalls++;
        const taken = ring.enter(count + 1, deadline_ns);
        if (taken >= 0 || taken === -EINTR) continue;
        throw new SystemCallError('io_uring_enter', platform.errnoName(-taken));
      }
      const ready = ring.ready();
      check(ready);
      ring.advance(ready);
    },
    close() {
      platform.posix.close(fd);
      ring.close();
    },
  };
}

export const stage: Stage = {
  id: 'write-linked',
  title: 'io_uring, write linked to fsync',
  experiment: 'disk-write',
  mechanism: 'completion',
  about: 'write and fsync go to the kernel in one call; the second starts when the first has ended',
  source: 'https://man7.org/linux/man-pages/man2/io_uring_enter.2.html',
  run: context =>
    measureWrites(context, {
      asserts: 'the completion of the fsync: the disk has the data, its own cache is emptied',
      open,
    }),
};
