// Asks every device on the line each time it is woken, and serves all that called. The kernel does so for
// the handlers of a shared line: a call that comes while another is served is not left for the next time.
import type { Stage } from '../stage.ts';
import { measureCalls } from './parts/measure.ts';
import { openWires } from './parts/sources.ts';

export const stage: Stage = {
  id: 'shared-all',
  title: 'Ask everybody',
  experiment: 'shared-line',
  mechanism: 'hybrid',
  about: 'woken by the line, the program asks every device on it, and serves all that called',
  source: 'https://docs.kernel.org/core-api/genericirq.html',
  run: context =>
    measureCalls(context, openWires, ({ sources, ask, serve }) => {
      for (let i = 0; i < sources.length; i++) if (ask(i)) serve(i);
    }),
};
