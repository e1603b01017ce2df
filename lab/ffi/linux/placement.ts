// On which processors a thread may run. Source: sched_setaffinity(2).
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type PlacementCalls = Pick<LinuxCalls, 'sched_getaffinity' | 'sched_setaffinity'>;

export function placementCalls(libc: Library): PlacementCalls {
  const shape = ['int', 'uint64_t', 'uint64_t'];
  return {
    sched_getaffinity: libc.func('sched_getaffinity', 'int', shape),
    sched_setaffinity: libc.func('sched_setaffinity', 'int', shape),
  };
}
