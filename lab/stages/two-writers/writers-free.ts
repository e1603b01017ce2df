// Nobody guards the device. Each flow is correct alone; together their pieces meet on the line, and a
// frame with another one's piece inside is two frames that are none.
import type { Stage } from '../stage.ts';
import { type BoardLine, runFlows } from './parts/board-line.ts';

async function ask(line: BoardLine, sequence: number): Promise<boolean> {
  const answer = line.answered(sequence);
  for (const piece of line.pieces(sequence)) await line.write(piece);
  return answer;
}

export const stage: Stage = {
  id: 'writers-free',
  title: 'Unguarded',
  experiment: 'two-writers',
  mechanism: 'interrupt',
  about: 'two flows write the pieces of their frames whenever it is their turn',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context => runFlows(context, ask),
};
