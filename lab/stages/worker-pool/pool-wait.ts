// The same threads, but each sleeps instead of computing. A thread that blocks does not count against the
// limit, so the port lets another one go: that is how the limit keeps processors busy and no busier.
import type { Stage } from '../stage.ts';
import { measurePool } from './parts/measure.ts';

export const stage: Stage = {
  id: 'pool-wait',
  title: 'Pool at one port, blocking',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'a burst of packets, each making its thread sleep for a while elsewhere',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run: context => measurePool(context, { job: 'wait' }),
};
