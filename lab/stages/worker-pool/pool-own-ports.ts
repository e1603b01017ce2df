// A port for every thread, and most of the packets at the first: each thread serves what was given to it,
// and most of them have little to do.
import { type Stage, whole } from '../stage.ts';
import { measurePool, postUnevenly } from './parts/measure.ts';

export const stage: Stage = {
  id: 'pool-own-ports',
  title: 'A port for each thread',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'work comes unevenly to ports that have one thread each, and stays where it came',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run: context =>
    measurePool(context, { own_ports: true }, postUnevenly(whole(context.parameters, 'workers'))),
};
