// No lock at all: one flow owns the device, and the others send it what they want written. The queue
// that a mutex hides is in plain sight here, and the owner can do more with it than keep its order.
import type { Stage } from '../stage.ts';
import { type BoardLine, runFlows } from './parts/board-line.ts';

interface Letter {
  readonly line: BoardLine;
  readonly sequence: number;
}

const letters: Letter[] = [];
let working = false;

/** The owner: works off its letters, and rests when there are none. */
async function own(): Promise<void> {
  working = true;
  for (let next = letters.shift(); next !== undefined; next = letters.shift()) {
    for (const piece of next.line.pieces(next.sequence)) await next.line.write(piece);
  }
  working = false;
}

function ask(line: BoardLine, sequence: number): Promise<boolean> {
  const answer = line.answered(sequence);
  letters.push({ line, sequence });
  if (!working) void own();
  return answer;
}

export const stage: Stage = {
  id: 'writers-owner',
  title: 'One owner, and letters to it',
  experiment: 'two-writers',
  mechanism: 'interrupt',
  about: 'one flow alone writes, and takes what is to be written from a queue',
  source: 'https://doi.org/10.1145/359576.359585',
  run: context => runFlows(context, ask),
};
