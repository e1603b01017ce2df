// Close the ring and go on. It looks like the end, but a disk's reads cannot be called back by closing:
// they end when the disk has ended them, and their bytes go where they were meant to go.
import type { Stage } from '../stage.ts';
import { type InFlight, measureLateWrites } from './parts/late-writes.ts';

const close = ({ ring }: InFlight): void => ring.close();

export const stage: Stage = {
  id: 'close-abandon',
  title: 'Close and go on',
  experiment: 'close-in-flight',
  mechanism: 'completion',
  about: 'the ring is closed with reads in flight, and the buffers are used for something else',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run: context => measureLateWrites(context, close),
};
