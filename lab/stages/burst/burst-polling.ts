// No interrupts at all: the status register is asked until a byte is there, within a burst as between two
// of them.
import type { Stage } from '../stage.ts';
import { measureBursts } from './parts/measure.ts';

export const stage: Stage = {
  id: 'burst-polling',
  title: 'Polled throughout',
  experiment: 'burst',
  mechanism: 'polling',
  about: 'the status register is asked again and again, also while nothing comes',
  source: 'https://www.ti.com/lit/ds/symlink/pc16550d.pdf',
  run: context =>
    measureBursts(context, { trigger: 14, interrupts: false }, line => {
      while (line.left > 0) if (line.ready()) line.take();
    }),
};
