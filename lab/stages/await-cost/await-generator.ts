// A fiber without async's help: a generator yields where it would wait, and a scheduler of ours goes on
// with it. No promise and no microtask takes part: who resumes, and when, is the scheduler's choice.
import type { Stage } from '../stage.ts';
import { measureFlow, STEPS, type Take } from './parts/flow.ts';

function* takeAll(take: Take): Generator<void, number> {
  let sum = 0;
  for (let step = 0; step < STEPS; step++) {
    sum += take();
    yield;
  }
  return sum;
}

/** Runs one fiber to its end; with several it would take them in turn. */
function schedule(fiber: Generator<void, number>, done: (sum: number) => void): void {
  let turn = fiber.next();
  while (!turn.done) turn = fiber.next();
  done(turn.value);
}

export const stage: Stage = {
  id: 'await-generator',
  title: 'Generator and a scheduler',
  experiment: 'await-cost',
  mechanism: 'interrupt',
  about: 'a generator that yields after each payload, resumed by a loop',
  source: 'https://tc39.es/ecma262/#sec-generator-objects',
  run: context =>
    measureFlow(
      context,
      (take, done) => schedule(takeAll(take), done),
      take => {
        const fiber = takeAll(take);
        fiber.next();
        return fiber;
      },
    ),
};
