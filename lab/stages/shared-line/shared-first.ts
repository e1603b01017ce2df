// Asks one device after the other, always in the same order, until one says "I", serves it and sleeps
// again. Cheap where the one that is asked first is the one that calls; who is asked last pays for all.
import type { Stage } from '../stage.ts';
import { measureCalls } from './parts/measure.ts';
import { openWires } from './parts/sources.ts';

export const stage: Stage = {
  id: 'shared-first',
  title: 'Ask until one says “I”',
  experiment: 'shared-line',
  mechanism: 'hybrid',
  about:
    'woken by the line, the program asks the devices in order and stops at the first that called',
  source: 'https://docs.kernel.org/driver-api/uio-howto.html',
  run: context =>
    measureCalls(context, openWires, ({ sources, ask, serve }) => {
      for (let i = 0; i < sources.length; i++) {
        if (!ask(i)) continue;
        serve(i);
        return;
      }
    }),
};
