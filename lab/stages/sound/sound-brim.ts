// As sound-poll, but writes whatever there is room for, to the last frame. The program woke a little after
// the period's end, so the next end finds a little less than a period free: nobody is woken then, and the
// end after that is too late.
import type { Stage } from '../stage.ts';
import { measureSound } from './parts/measure.ts';

export const stage: Stage = {
  id: 'sound-brim',
  title: 'poll, then fill to the brim',
  experiment: 'sound',
  mechanism: 'interrupt',
  about: 'sleeps in poll until a period is free, then hands over all that there is room for',
  source: 'https://docs.kernel.org/sound/kernel-api/writing-an-alsa-driver.html',
  run: context =>
    measureSound(context, { nonblocking: true }, player => {
      const { buffer_frames } = player.sound;
      while (player.left > 0) {
        player.sleep();
        player.write(buffer_frames);
      }
    }),
};
