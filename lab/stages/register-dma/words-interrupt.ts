// Programmed I/O by interrupt: the device says when a queue is full, and then the processor carries every
// byte as before. The interrupt saves asking, not carrying.
import type { Stage } from '../stage.ts';
import { measureMoves } from './parts/measure.ts';
import { openWords } from './parts/words.ts';

export const stage: Stage = {
  id: 'words-interrupt',
  title: 'Bytes by the processor, by interrupt',
  experiment: 'register-dma',
  mechanism: 'interrupt',
  about: 'the processor is called when bytes are there, and carries each of them',
  source: 'https://www.ti.com/lit/ds/symlink/pc16550d.pdf',
  run: context => measureMoves(context, () => openWords(context.platform, true)),
};
