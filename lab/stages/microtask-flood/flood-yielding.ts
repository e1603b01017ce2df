// The cure: after every so many tasks wait for a turn of the loop (setImmediate). Timers and descriptors
// that are ready have theirs before the tasks go on.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Stage, whole } from '../stage.ts';
import { type Flood, stageFlood } from './parts/flood.ts';

async function flood({ tasks, task }: Flood, every: number): Promise<void> {
  for (let i = 1; i <= tasks; i++) {
    task();
    await (i % every === 0 ? nextTurn() : undefined);
  }
}

export const stage: Stage = {
  id: 'flood-yielding',
  title: 'A flood that yields',
  experiment: 'microtask-flood',
  mechanism: 'hybrid',
  about: 'after every so many tasks the loop has a turn',
  source: 'https://nodejs.org/api/timers.html#timerspromisessetimmediatevalue-options',
  run: context => stageFlood(context, scene => flood(scene, whole(context.parameters, 'every'))),
};
