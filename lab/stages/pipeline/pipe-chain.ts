// A process for every step, joined by pipes as a shell joins them: each does its own step on one chunk
// while the next does the next step on the chunk before. Every pipe copies every byte twice.
import type { Stage } from '../stage.ts';
import { measureGraph } from './parts/measure.ts';
import { STEPS } from './parts/work.ts';

export const stage: Stage = {
  id: 'pipe-chain',
  title: 'Chain of processes',
  experiment: 'pipeline',
  mechanism: 'interrupt',
  about: 'each step is a process of its own, and pipes carry the chunks from one to the next',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context =>
    measureGraph(context, ({ chunk_bytes, passes }) => [
      STEPS.map(step => [chunk_bytes, passes, step]),
    ]),
};
