// A plain signal is one bit: raised again while it waits, it is the same bit. Of many that were raised
// while it was blocked one is delivered, and the sender is told of nothing.
import { SIGUSR2 } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { stageRaised } from './parts/raised.ts';

export const stage: Stage = {
  id: 'signals-merged',
  title: 'Plain signals',
  experiment: 'signal-overflow',
  mechanism: 'interrupt',
  about: 'a plain signal that was raised many times before it could be delivered comes once',
  source: 'https://man7.org/linux/man-pages/man7/signal.7.html',
  run: context => stageRaised(context, SIGUSR2),
};
