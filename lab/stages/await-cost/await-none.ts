// The synchronous twin: a loop. Nothing is ever waited for, so nothing else runs until it is through.
import type { Stage } from '../stage.ts';
import { measureFlow, STEPS, type Take } from './parts/flow.ts';

function flow(take: Take, done: (sum: number) => void): void {
  let sum = 0;
  for (let step = 0; step < STEPS; step++) sum += take();
  done(sum);
}

export const stage: Stage = {
  id: 'await-none',
  title: 'A plain loop',
  experiment: 'await-cost',
  mechanism: 'reference',
  about: 'takes each payload in a loop, without any wait',
  source: 'https://tc39.es/ecma262/#sec-for-statement',
  run: context => measureFlow(context, flow),
};
