// Generators of JavaScript, each suspended in the middle of its function: a flow that is an object of
// the heap. The engine keeps the function's variables, and no thread stands behind it.
import { Unsupported } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { type Maker, measureSpawn } from './parts/measure.ts';

/** A flow that waits for bytes and adds them up: what it holds over the wait, its object keeps. */
function* flow(id: number): Generator<number, number, number> {
  let total = 0;
  for (let i = 0; i < id + 2; i++) total += yield i;
  return total;
}

function coroutineMaker(_context: unknown, count: number): Maker {
  const collect = globalThis.gc;
  if (!collect) throw new Unsupported('its memory is seen after a collection', 'use --expose-gc');
  // The list is there before, so that only the flows count.
  const flows: (Generator<number, number, number> | undefined)[] = new Array(count).fill(undefined);
  let made = 0;
  return {
    make() {
      const one = flow(made);
      one.next();
      flows[made++] = one;
    },
    memory() {
      collect();
      return process.memoryUsage().heapUsed;
    },
    end() {
      flows.length = 0;
    },
  };
}

export const stage: Stage = {
  id: 'coroutine',
  title: 'Suspended generator',
  experiment: 'spawn-cost',
  mechanism: 'reference',
  about: 'an object of the heap for every flow; nothing of the system is made',
  source:
    'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Generator',
  run: context => measureSpawn(context, coroutineMaker),
};
