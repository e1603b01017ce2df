// An async function: straight-line code with an await before each payload. The engine cuts the function
// into the steps of a state machine and calls the next one from the queue of microtasks.
import type { Stage } from '../stage.ts';
import { measureFlow, STEPS, type Take } from './parts/flow.ts';

const ready = Promise.resolve();
const never = new Promise<void>(() => {});

async function takeAll(take: Take, turn: Promise<void>): Promise<number> {
  let sum = 0;
  for (let step = 0; step < STEPS; step++) {
    sum += take();
    await turn;
  }
  return sum;
}

export const stage: Stage = {
  id: 'await-async',
  title: 'async and await',
  experiment: 'await-cost',
  mechanism: 'interrupt',
  about: 'awaits a settled promise after each payload: the least that an await can cost',
  source: 'https://tc39.es/ecma262/#sec-async-function-definitions',
  run: context =>
    measureFlow(
      context,
      (take, done) => void takeAll(take, ready).then(done),
      take => takeAll(take, never),
    ),
};
