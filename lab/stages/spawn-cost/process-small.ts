// A process of a very small program. What it costs is an address space of its own, and the start of a
// program in it; what its pages hold it shares with all others of the same program.
import { accessSync, constants } from 'node:fs';
import { Unsupported } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { measureSpawn } from './parts/measure.ts';
import { processMaker } from './parts/processes.ts';

/** Reads its input until that ends. */
const PROGRAM = '/bin/cat';

function program(): string {
  try {
    accessSync(PROGRAM, constants.X_OK);
    return PROGRAM;
  } catch {
    throw new Unsupported(`${PROGRAM} is not here`, 'install coreutils');
  }
}

export const stage: Stage = {
  id: 'process-small',
  title: 'Process of a small program',
  experiment: 'spawn-cost',
  mechanism: 'reference',
  about:
    'a process of its own for every flow: its memory is safe from the others, and must be made',
  source: 'https://man7.org/linux/man-pages/man3/posix_spawn.3.html',
  run: context => measureSpawn(context, ({ platform }) => processMaker(platform, program(), [])),
};
