// A process of Node: the same call as for a small program, and then an engine that starts in each. It
// counts as made when it has begun to read its input.
import type { Stage } from '../stage.ts';
import { measureSpawn } from './parts/measure.ts';
import { processMaker, untilItReads } from './parts/processes.ts';

const READ = 'require("node:fs").readSync(0, new Uint8Array(1))';

export const stage: Stage = {
  id: 'process-node',
  title: 'Process of Node',
  experiment: 'spawn-cost',
  mechanism: 'reference',
  about: 'a process with an engine, a collector and a loop of its own for every flow',
  source: 'https://nodejs.org/api/child_process.html',
  run: context =>
    measureSpawn(context, ({ platform }) =>
      processMaker(platform, process.execPath, ['-e', READ], pid => untilItReads(platform, pid)),
    ),
};
