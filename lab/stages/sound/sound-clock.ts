// Does not wait for the card at all: wakes by the system's clock, asks how much is left to play, and fills up
// to a mark. So the period may be long, and what lies ahead is short all the same. PulseAudio and PipeWire
// play like this.
import type { Stage } from '../stage.ts';
import { measureSound } from './parts/measure.ts';
import { RATE_HZ } from './parts/player.ts';

const AHEAD_FRAMES = 1024;

export const stage: Stage = {
  id: 'sound-clock',
  title: 'Asked by the clock',
  experiment: 'sound',
  mechanism: 'polling',
  about: 'sleeps by the clock, asks the card how much is left, and fills up to a mark of its own',
  source: 'https://0pointer.de/blog/projects/pulse-glitch-free.html',
  run: context =>
    measureSound(context, { nonblocking: true, ahead_frames: AHEAD_FRAMES }, player => {
      const { start_frames } = player.sound;
      const tick_ns = ((start_frames / 2) * 1e9) / RATE_HZ;
      let next_ns = player.now();
      for (;;) {
        const room = start_frames - player.ahead();
        if (room > 0) player.write(room);
        if (player.left === 0) return;
        next_ns = Math.max(next_ns, player.now() - tick_ns) + tick_ns;
        player.sleepUntil(next_ns);
      }
    }),
};
