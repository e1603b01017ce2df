// The same with process.nextTick: in spite of its name the callback runs before the next turn of the loop,
// and so does what it puts off in the same way.
import type { Stage } from '../stage.ts';
import { type Flood, stageFlood } from './parts/flood.ts';

function flood({ tasks, task }: Flood): Promise<void> {
  return new Promise(resolve => {
    let left = tasks;
    const one = (): void => {
      task();
      if (--left > 0) process.nextTick(one);
      else resolve();
    };
    one();
  });
}

export const stage: Stage = {
  id: 'flood-ticks',
  title: 'A flood of ticks',
  experiment: 'microtask-flood',
  mechanism: 'interrupt',
  about: 'each task puts the next one off by process.nextTick, which is not a turn of the loop',
  source: 'https://nodejs.org/api/process.html#processnexttickcallback-args',
  run: context => stageFlood(context, flood),
};
