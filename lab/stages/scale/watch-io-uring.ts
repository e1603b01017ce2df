// A read is pending on every descriptor; the one that has something to say finishes its read, and the
// completion carries the program's own number. Waiting hands the next read over by the same call.

import { Ring } from '../../drivers/parts/ring.ts';
import {
  EINTR,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_ANY,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_READ,
} from '../../ffi/linux/constants.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { FLAG_BYTES } from './parts/flags.ts';
import { linuxCalls, measureScale, type WatcherMaker } from './parts/measure.ts';

const ENTRIES = 256;
/** Marks the cancel request's own completion; flags are numbered below it. */
const CANCEL = 0x7fffffff;
const DRAIN_LIMIT_NS = 5e9;

const watch: WatcherMaker = ({ platform }, flags) => {
  const count = flags.fds.length;
  linuxCalls(platform);
  const ring = new Ring(platform, ENTRIES, 0);
  const memory = platform.memory(count * FLAG_BYTES);
  const values = new Uint32Array(memory.bytes.buffer);
  const low = Uint32Array.from(flags.fds, (_, i) => (memory.address + i * FLAG_BYTES) >>> 0);
  const high = Uint32Array.from(flags.fds, (_, i) => (memory.address + i * FLAG_BYTES) / 2 ** 32);
  const ask = (i: number) =>
    ring.prepare(IORING_OP_READ, flags.fds[i]!, 0, low[i]!, high[i]!, FLAG_BYTES, i);
  for (let i = 0; i < count; i++) {
    ask(i);
    if (ring.queued() === ENTRIES) ring.enter(0);
  }
  ring.enter(0);
  return {
    wait() {
      // Also where the write itself has finished the read: the one taken before is to be watched again.
      while (ring.ready() === 0 || ring.queued() > 0) {
        const taken = ring.enter(1);
        if (taken < 0 && taken !== -EINTR) return taken;
      }
      return ring.ready();
    },
    find: () => ring.userData(0),
    take(index) {
      const value = ring.result(0) === FLAG_BYTES ? values[index * 2]! : 0;
      ring.advance(1);
      ask(index);
      return value;
    },
    close() {
      // What the kernel may still write to stays mapped for good: a leak beats a corruption.
      if (drain(ring, platform, count)) memory.free();
      ring.close();
    },
  };
};

/** Cancel the reads, all but those not yet handed over. Returns whether none is left. */
function drain(ring: Ring, platform: Platform, pending: number): boolean {
  const everything = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
  ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0, 0, CANCEL, everything);
  const deadline_ns = platform.now() + DRAIN_LIMIT_NS;
  let left = pending + 1;
  while (left > 0 && platform.now() < deadline_ns) {
    const taken = ring.enter(1, deadline_ns);
    const ready = ring.ready();
    left -= ready;
    ring.advance(ready);
    if (taken < 0 && taken !== -EINTR) break;
  }
  return left === 0;
}

export const stage: Stage = {
  id: 'watch-io-uring',
  title: 'io_uring, a read each',
  experiment: 'scale',
  mechanism: 'completion',
  about: 'a read waits in the kernel for every descriptor; what comes back has been read already',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run: context => measureScale(context, watch),
};
