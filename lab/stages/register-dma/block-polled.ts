// DMA, polled: the device carries the bytes, and the processor asks all the while whether it is over. Its
// time goes as it does with programmed I/O.
import type { Stage } from '../stage.ts';
import { openBlocks } from './parts/block.ts';
import { measureMoves } from './parts/measure.ts';

export const stage: Stage = {
  id: 'block-polled',
  title: 'Blocks by DMA, polled',
  experiment: 'register-dma',
  mechanism: 'dma',
  about: 'the device moves a block by itself while the processor asks whether it is over',
  source: 'https://www.qemu.org/docs/master/specs/edu.html',
  run: context =>
    measureMoves(context, () => openBlocks(context.platform, context.target.path, false)),
};
