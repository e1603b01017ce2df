// Node's own cure: a callback is never called inside the call that takes it, but in the next tick. It
// costs a place in a queue for every operation, also where the trampoline needs none.
import type { Stage } from '../stage.ts';
import { measureDepth } from './parts/depth.ts';

function readTicked(done: (result: number) => void): void {
  process.nextTick(done, 1);
}

export const stage: Stage = {
  id: 'tick',
  title: 'Callback in the next tick',
  experiment: 'stack-depth',
  mechanism: 'interrupt',
  about: 'every callback is called in a later tick, on an empty stack',
  source: 'https://nodejs.org/api/process.html#processnexttickcallback-args',
  run: context => measureDepth(context, readTicked),
};
