// Every await makes a microtask, and microtasks run until there are none. A loop that only awaits what is
// there already never comes back to the event loop: nothing else has its turn before the last task.
import type { Stage } from '../stage.ts';
import { type Flood, stageFlood } from './parts/flood.ts';

async function flood({ tasks, task }: Flood): Promise<void> {
  for (let i = 0; i < tasks; i++) {
    task();
    await undefined;
  }
}

export const stage: Stage = {
  id: 'flood-promises',
  title: 'A flood of promises',
  experiment: 'microtask-flood',
  mechanism: 'interrupt',
  about:
    'each task ends with an await of what is there already, so that a microtask starts the next',
  source: 'https://html.spec.whatwg.org/multipage/webappapis.html#perform-a-microtask-checkpoint',
  run: context => stageFlood(context, flood),
};
