// Each device calls by a message of its own (MSI): the message says who it is, so nobody asks anybody,
// neither the kernel nor the program.
import type { Stage } from '../stage.ts';
import { measureCalls } from './parts/measure.ts';
import { openMessages } from './parts/sources.ts';

export const stage: Stage = {
  id: 'own-message',
  title: 'A message each',
  experiment: 'shared-line',
  mechanism: 'interrupt',
  about: 'each device interrupts by a message of its own, which says who it is: nobody is asked',
  source: 'https://docs.kernel.org/PCI/msi-howto.html',
  run: context =>
    measureCalls(context, openMessages, ({ sources, told, serve }) => {
      for (let i = 0; i < sources.length; i++) if (told(i)) serve(i);
    }),
};
