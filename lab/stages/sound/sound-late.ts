// As sound-blocking, but ten times in a second of sound, at most once a period, the program is busy with something
// else. What is in the buffer must last until it comes back: if it does not, the card has nothing to play, and stops.

import type { Stage } from '../stage.ts';
import { whole } from '../stage.ts';
import { measureSound } from './parts/measure.ts';
import { RATE_HZ } from './parts/player.ts';

const EVERY_FRAMES = RATE_HZ / 10;

export const stage: Stage = {
  id: 'sound-late',
  title: 'Blocking write, sometimes late',
  experiment: 'sound',
  mechanism: 'interrupt',
  about:
    'a blocking write whose program is busy with something else ten times in a second of sound, at most once a period',
  source: 'https://docs.kernel.org/sound/kernel-api/writing-an-alsa-driver.html',
  run: context => {
    const late_ns = whole(context.parameters, 'late_us') * 1000;
    return measureSound(context, { nonblocking: false }, player => {
      const { period_frames } = player.sound;
      let until_late = EVERY_FRAMES;
      while (player.left > 0) {
        until_late -= player.write(period_frames);
        if (until_late > 0) continue;
        player.late(late_ns);
        until_late += EVERY_FRAMES;
      }
    });
  },
};
