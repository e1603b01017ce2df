// An interrupt for every byte: the program sleeps, is woken, takes one byte, opens the line and sleeps
// again. Never asks, because the interrupt itself says that a byte is there.
import type { Stage } from '../stage.ts';
import { measureBursts } from './parts/measure.ts';

export const stage: Stage = {
  id: 'burst-interrupt',
  title: 'An interrupt for every byte',
  experiment: 'burst',
  mechanism: 'interrupt',
  about: 'woken for each byte, takes that one and sleeps again, however many others wait behind it',
  source: 'https://www.ti.com/lit/ds/symlink/pc16550d.pdf',
  run: context =>
    measureBursts(context, { trigger: 1, interrupts: true }, line => {
      while (line.left > 0) {
        line.sleep();
        line.take();
        line.allow();
      }
    }),
};
