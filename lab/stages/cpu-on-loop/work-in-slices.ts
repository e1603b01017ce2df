// A cure: the work is cut into slices, and between two of them the loop has a turn. An answer waits for one
// slice at most; every turn costs the work a little.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Stage, whole } from '../stage.ts';
import { stageWork } from './parts/beside.ts';
import { checksum, EMPTY, UNIT } from './parts/work.ts';

async function unit(slices: number): Promise<number> {
  const length = Math.ceil(UNIT / slices);
  let sum = EMPTY;
  for (let from = 0; from < UNIT; from += length) {
    sum = checksum(sum, from, Math.min(UNIT, from + length));
    await nextTurn();
  }
  return sum;
}

export const stage: Stage = {
  id: 'work-in-slices',
  title: 'Work in slices',
  experiment: 'cpu-on-loop',
  mechanism: 'hybrid',
  about: 'the work is cut into slices, with a turn of the loop after each',
  source: 'https://nodejs.org/api/timers.html#timerspromisessetimmediatevalue-options',
  run: context => stageWork(context, () => unit(whole(context.parameters, 'slices'))),
};
