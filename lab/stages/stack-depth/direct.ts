// Each completion's callback starts the next operation at once. Where an operation may also finish at
// once, the callback is called inside the call that started it, and every operation lies on the stack.
import type { Stage } from '../stage.ts';
import { measureDepth } from './parts/depth.ts';

/** Finishes within the call, as an operation does whose result is there already. */
function readDirect(done: (result: number) => void): void {
  done(1);
}

export const stage: Stage = {
  id: 'direct',
  title: 'Callback inside the call',
  experiment: 'stack-depth',
  mechanism: 'interrupt',
  about: 'a callback starts the next operation, which calls the next callback before it returns',
  source: 'https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick',
  run: context => measureDepth(context, readDirect),
};
