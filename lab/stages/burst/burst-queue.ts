// The chip collects: it interrupts when fourteen bytes are in its queue, or when some are and nothing has
// come for as long as four bytes take. Fewer calls, paid for by lone bytes that lie there for a while.
import type { Stage } from '../stage.ts';
import { measureBursts } from './parts/measure.ts';

const TRIGGER_BYTES = 14;

export const stage: Stage = {
  id: 'burst-queue',
  title: 'The chip collects',
  experiment: 'burst',
  mechanism: 'interrupt',
  about: 'the receiver’s queue interrupts when it is nearly full, or when the line has been quiet',
  source: 'https://www.ti.com/lit/ds/symlink/pc16550d.pdf',
  run: context =>
    measureBursts(context, { trigger: TRIGGER_BYTES, interrupts: true }, line => {
      while (line.left > 0) {
        line.sleep();
        while (line.left > 0 && line.ready()) line.take();
        line.allow();
      }
    }),
};
