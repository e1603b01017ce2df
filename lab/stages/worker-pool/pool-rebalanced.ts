// The same uneven work, but whoever has more waiting than another posts a packet on to the other's port
// (PostQueuedCompletionStatus): a queue between threads needs nothing else.
import { type Stage, whole } from '../stage.ts';
import { measurePool, postUnevenly } from './parts/measure.ts';

export const stage: Stage = {
  id: 'pool-rebalanced',
  title: 'A port for each thread, rebalanced',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'work comes unevenly, and a thread posts on what another has more time for',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/ioapiset/nf-ioapiset-postqueuedcompletionstatus',
  run: context =>
    measurePool(
      context,
      { own_ports: true, rebalance: true },
      postUnevenly(whole(context.parameters, 'workers')),
    ),
};
