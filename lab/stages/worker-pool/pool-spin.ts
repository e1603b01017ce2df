// Threads that compute, at one port: the documented rule is that no more of them run at once than the
// port's limit, however many packets wait.
import type { Stage } from '../stage.ts';
import { measurePool } from './parts/measure.ts';

export const stage: Stage = {
  id: 'pool-spin',
  title: 'Pool at one port, computing',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'a burst of packets, each some work that keeps its thread on a processor',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run: context => measurePool(context, { job: 'spin' }),
};
