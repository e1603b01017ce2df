// Overlapping on one thread: the read is handed to the kernel, and between two turns of work the program
// looks into the completion ring, which is memory and costs no system call.
import { Ring } from '../../drivers/parts/ring.ts';
import { TimedOut } from '../../errors.ts';
import { IORING_OP_READ } from '../../ffi/linux/constants.ts';
import type { Stage, StageContext } from '../stage.ts';
import { measureOverlap, type Way, workUntil } from './parts/measure.ts';
import { linuxOf, type Operation } from './parts/operation.ts';

const DRAIN_LIMIT_NS = 5e9;

function openRing({ platform }: StageContext, { fd, memory, length }: Operation): Way {
  const ring = new Ring(platform, 2, 0);
  const low = memory.address >>> 0;
  const high = Math.floor(memory.address / 2 ** 32);
  const finished = () => ring.ready() > 0;
  let in_flight = false;
  return {
    read(offset, work) {
      ring.prepare(IORING_OP_READ, fd, offset, low, high, length, 0);
      in_flight = true;
      const taken = ring.enter(0);
      if (taken < 0) return taken;
      workUntil(platform, work, finished);
      const result = ring.result(0);
      ring.advance(1);
      in_flight = false;
      return result;
    },
    close() {
      if (in_flight) ring.enter(1, platform.now() + DRAIN_LIMIT_NS);
      // A disk writes into the memory until it has answered: then it stays mapped for good.
      if (in_flight && ring.ready() === 0) throw new TimedOut('the read in flight did not end');
      ring.close();
    },
  };
}

export const stage: Stage = {
  id: 'overlap-ring',
  title: 'Work, and looks into a completion ring',
  experiment: 'overlap',
  mechanism: 'completion',
  about:
    'io_uring reads while the program works; after each turn it looks whether the read is done',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run(context) {
    linuxOf(context);
    return measureOverlap(context, operation => openRing(context, operation));
  },
};
