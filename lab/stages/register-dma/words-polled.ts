// Programmed I/O, polled: the processor asks for every byte and carries every byte. Nothing happens by
// itself.
import type { Stage } from '../stage.ts';
import { measureMoves } from './parts/measure.ts';
import { openWords } from './parts/words.ts';

export const stage: Stage = {
  id: 'words-polled',
  title: 'Bytes by the processor, polled',
  experiment: 'register-dma',
  mechanism: 'polling',
  about: 'every byte is asked for, written and read by the processor',
  source: 'https://www.ti.com/lit/ds/symlink/pc16550d.pdf',
  run: context => measureMoves(context, () => openWords(context.platform, false)),
};
