// An interrupt begins, polling goes on: the first byte wakes the program, which leaves the line closed and
// asks for more until none has come for as long as two bytes take on the wire. Then the line is opened
// again. So does Linux with network cards (NAPI), and the waiting at the end is its "deferral".
import type { Stage } from '../stage.ts';
import { measureBursts } from './parts/measure.ts';

/** The first byte calls; while the program asks, the receiver's queue may fill. */
const FIRST = 1;
const MANY = 14;
/** Two bytes of ten bits each at 115 200 bits a second. */
const QUIET_NS = (2 * 10 * 1e9) / 115_200;

export const stage: Stage = {
  id: 'burst-hybrid',
  title: 'Interrupt first, then polled',
  experiment: 'burst',
  mechanism: 'hybrid',
  about: 'woken by the first byte, asks for the others until the line is quiet, then sleeps again',
  source: 'https://docs.kernel.org/networking/napi.html',
  run: context =>
    measureBursts(context, { trigger: FIRST, interrupts: true }, line => {
      while (line.left > 0) {
        line.sleep();
        line.trigger(MANY);
        do {
          if (line.ready()) line.take();
        } while (line.left > 0 && !line.quietFor(QUIET_NS));
        line.trigger(FIRST);
        line.allow();
      }
    }),
};
