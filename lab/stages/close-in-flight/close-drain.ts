// Stop, collect every completion, and only then close: a buffer is the program's again when the
// completion of its read was seen, and not before.
import type { Stage } from '../stage.ts';
import { type InFlight, measureLateWrites } from './parts/late-writes.ts';

const LIMIT_NS = 5e9;

function close({ ring, reads, platform }: InFlight): void {
  const deadline_ns = platform.now() + LIMIT_NS;
  let left = reads;
  while (left > 0 && platform.now() < deadline_ns) {
    ring.enter(1, deadline_ns);
    const ready = ring.ready();
    ring.advance(ready);
    left -= ready;
  }
  if (left > 0) throw new Error(`${left} reads did not end: their buffers must not be reused`);
  ring.close();
}

export const stage: Stage = {
  id: 'close-drain',
  title: 'Drain, then close',
  experiment: 'close-in-flight',
  mechanism: 'completion',
  about: 'every completion is collected before the ring is closed',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run: context => measureLateWrites(context, close),
};
