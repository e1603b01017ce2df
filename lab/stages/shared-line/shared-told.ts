// The kernel has asked already: each handler on the line read its own device's status in configuration
// space, and each descriptor tells of one device. The program asks nobody; the asking is only elsewhere.
import type { Stage } from '../stage.ts';
import { measureCalls } from './parts/measure.ts';
import { openWires } from './parts/sources.ts';

export const stage: Stage = {
  id: 'shared-told',
  title: 'Let the kernel ask',
  experiment: 'shared-line',
  mechanism: 'interrupt',
  about: 'a descriptor for each device: the kernel asks the devices on the line, the program none',
  source: 'https://docs.kernel.org/driver-api/uio-howto.html',
  run: context =>
    measureCalls(context, openWires, ({ sources, told, serve }) => {
      for (let i = 0; i < sources.length; i++) if (told(i)) serve(i);
    }),
};
