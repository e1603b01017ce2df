// The same pool with every thread kept on one processor: none moves, and a packet may be taken by a thread
// whose processor is busy while another one is free.
import type { Stage } from '../stage.ts';
import { measurePool } from './parts/measure.ts';

export const stage: Stage = {
  id: 'pool-pinned',
  title: 'Pool, each thread on one processor',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'a burst of packets for threads that may run on one processor each',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winbase/nf-winbase-setthreadaffinitymask',
  run: context => measurePool(context, { job: 'spin', pinned: true }),
};
