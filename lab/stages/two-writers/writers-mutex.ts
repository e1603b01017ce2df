// A mutex around the frame: who writes its first piece writes its last before another begins. Between
// the frames the flows still overlap: one may write while the other waits for its answer.
import type { Stage } from '../stage.ts';
import { type BoardLine, runFlows } from './parts/board-line.ts';

/** The end of the last turn; who comes next waits for it and puts its own end in its place. */
let tail: Promise<unknown> = Promise.resolve();

function exclusively(turn: () => Promise<void>): Promise<void> {
  const mine = tail.then(turn);
  tail = mine.catch(() => {});
  return mine;
}

async function ask(line: BoardLine, sequence: number): Promise<boolean> {
  const answer = line.answered(sequence);
  await exclusively(async () => {
    for (const piece of line.pieces(sequence)) await line.write(piece);
  });
  return answer;
}

export const stage: Stage = {
  id: 'writers-mutex',
  title: 'Mutex around the frame',
  experiment: 'two-writers',
  mechanism: 'interrupt',
  about: 'a mutex holds the line from the first piece of a frame to its last',
  source: 'https://man7.org/linux/man-pages/man3/pthread_mutex_lock.3p.html',
  run: context => runFlows(context, ask),
};
