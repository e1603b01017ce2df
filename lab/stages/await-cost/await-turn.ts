// An await that lets the event loop turn: timers and input have their chance between two payloads. It is
// what a flow has to do that must not starve the others, and it is paid for with a turn of the loop.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import { measureFlow, STEPS, type Take } from './parts/flow.ts';

async function takeAll(take: Take): Promise<number> {
  let sum = 0;
  for (let step = 0; step < STEPS; step++) {
    sum += take();
    await nextTurn();
  }
  return sum;
}

export const stage: Stage = {
  id: 'await-turn',
  title: 'Await a turn of the loop',
  experiment: 'await-cost',
  mechanism: 'interrupt',
  about: 'awaits the next turn of the event loop after each payload',
  source: 'https://nodejs.org/api/timers.html#timerspromisessetimmediatevalue-options',
  run: context => measureFlow(context, (take, done) => void takeAll(take).then(done)),
};
