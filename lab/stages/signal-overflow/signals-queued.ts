// Real-time signals wait in a queue, each for itself. When the queue is full the sender is told so
// (EAGAIN), unlike a device, which has nobody to tell.
import { SIGRTMIN } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { stageRaised } from './parts/raised.ts';

export const stage: Stage = {
  id: 'signals-queued',
  title: 'Real-time signals',
  experiment: 'signal-overflow',
  mechanism: 'interrupt',
  about:
    'a real-time signal comes as often as it was raised, or its sender is told that it does not',
  source: 'https://man7.org/linux/man-pages/man7/signal.7.html',
  run: context => stageRaised(context, SIGRTMIN),
};
