// All steps in one process, one after the other on each chunk: no byte is copied between them and
// nobody is woken, and only one processor works.
import type { Stage } from '../stage.ts';
import { type FlowMaker, measureFlow } from './parts/measure.ts';
import { STEPS, work } from './parts/work.ts';

const inside: FlowMaker = (_context, { chunk_bytes, passes }) => {
  const bytes = new Uint8Array(chunk_bytes);
  return {
    outgoing: bytes,
    incoming: bytes,
    pass(chunks, fill, take) {
      for (let chunk = 0; chunk < chunks; chunk++) {
        fill(chunk);
        for (const step of STEPS) work(bytes, chunk_bytes, step, passes);
        take(chunk);
      }
    },
    processCpu: () => 0,
    close() {},
  };
};

export const stage: Stage = {
  id: 'pipe-inside',
  title: 'One process',
  experiment: 'pipeline',
  mechanism: 'reference',
  about: 'one process does all steps on each chunk before it takes the next',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context => measureFlow(context, inside),
};
