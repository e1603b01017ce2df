// The cure: an operation that has finished at once puts its callback into a list, and whoever started
// the first one calls what is in the list. The stack never holds more than one operation.
import type { Stage } from '../stage.ts';
import { measureDepth } from './parts/depth.ts';

type Callback = (result: number) => void;

const waiting: Callback[] = [];
let running = false;

function readTrampolined(done: Callback): void {
  waiting.push(done);
  if (running) return;
  running = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next(1);
  running = false;
}

export const stage: Stage = {
  id: 'trampoline',
  title: 'Callback from a trampoline',
  experiment: 'stack-depth',
  mechanism: 'interrupt',
  about: 'finished callbacks wait in a list that the outermost call works off',
  source: 'https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick',
  run: context => measureDepth(context, readTrampolined),
};
