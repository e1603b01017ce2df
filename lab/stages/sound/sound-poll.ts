// First asks to be woken when a period is free, then writes that period: one call more, and the program can
// wait for other things at the same time.
import type { Stage } from '../stage.ts';
import { measureSound } from './parts/measure.ts';

export const stage: Stage = {
  id: 'sound-poll',
  title: 'poll, then write a period',
  experiment: 'sound',
  mechanism: 'interrupt',
  about: 'sleeps in poll until a period is free, then hands over one period and never less',
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
  run: context =>
    measureSound(context, { nonblocking: true }, player => {
      const { period_frames } = player.sound;
      while (player.left > 0) {
        player.sleep();
        player.write(period_frames);
      }
    }),
};
