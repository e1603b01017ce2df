// A period at a time, and the write sleeps until there is room for it: the card's interrupt at the end of
// each period wakes the program. Whoever only plays needs no more.
import type { Stage } from '../stage.ts';
import { measureSound } from './parts/measure.ts';

export const stage: Stage = {
  id: 'sound-blocking',
  title: 'Blocking write',
  experiment: 'sound',
  mechanism: 'interrupt',
  about: 'hands over a period and sleeps in the write until there is room for the next',
  source: 'https://docs.kernel.org/sound/kernel-api/writing-an-alsa-driver.html',
  run: context =>
    measureSound(context, { nonblocking: false }, player => {
      const { period_frames } = player.sound;
      while (player.left > 0) player.write(period_frames);
    }),
};
