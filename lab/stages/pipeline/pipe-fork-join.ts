// As many processes as the chain has, side by side: chunks are dealt out to them in turn, each does all
// steps, and the chunks are collected in the same turn. Every byte passes two pipes, not five.
import type { Stage } from '../stage.ts';
import { measureGraph } from './parts/measure.ts';
import { STEPS } from './parts/work.ts';

export const stage: Stage = {
  id: 'pipe-fork-join',
  title: 'Fork and join',
  experiment: 'pipeline',
  mechanism: 'interrupt',
  about: 'chunks are dealt out to processes that do all steps, and collected in their order',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context =>
    measureGraph(context, ({ chunk_bytes, passes }) =>
      STEPS.map(() => [[chunk_bytes, passes, ...STEPS]]),
    ),
};
