// DMA by interrupt: the device carries the bytes and says when it is over. A few registers and one call
// for a whole block, whatever is in it.
import type { Stage } from '../stage.ts';
import { openBlocks } from './parts/block.ts';
import { measureMoves } from './parts/measure.ts';

export const stage: Stage = {
  id: 'block-interrupt',
  title: 'Blocks by DMA, by interrupt',
  experiment: 'register-dma',
  mechanism: 'dma',
  about: 'the device moves a block by itself and interrupts once at the end',
  source: 'https://www.qemu.org/docs/master/specs/edu.html',
  run: context =>
    measureMoves(context, () => openBlocks(context.platform, context.target.path, true)),
};
