// A semaphore with as many permits as the device serves at once: one. It is held for the whole exchange,
// so it also guards a device that cannot take a second request before it has answered the first.
import type { Stage } from '../stage.ts';
import { type BoardLine, runFlows } from './parts/board-line.ts';

const waiting: (() => void)[] = [];
let permits = 1;

function acquire(): Promise<void> {
  if (permits > 0) {
    permits--;
    return Promise.resolve();
  }
  return new Promise(resolve => waiting.push(resolve));
}

function release(): void {
  const next = waiting.shift();
  if (next) next();
  else permits++;
}

async function ask(line: BoardLine, sequence: number): Promise<boolean> {
  await acquire();
  try {
    const answer = line.answered(sequence);
    for (const piece of line.pieces(sequence)) await line.write(piece);
    return await answer;
  } finally {
    release();
  }
}

export const stage: Stage = {
  id: 'writers-semaphore',
  title: 'Semaphore around the exchange',
  experiment: 'two-writers',
  mechanism: 'interrupt',
  about: 'a semaphore with one permit is held from the request to the answer',
  source: 'https://man7.org/linux/man-pages/man7/sem_overview.7.html',
  run: context => runFlows(context, ask),
};
