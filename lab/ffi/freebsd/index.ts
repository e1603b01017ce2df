// FreeBSD: its numbers, from the system's headers (sys/mman.h, time.h). Enough for pipes, terminals and
// kqueue; the lab has not been run there yet.
import { loadBsd } from '../bsd.ts';
import type { Platform } from '../platform.ts';

export const loadFreeBsd = (): Platform =>
  loadBsd({
    os: 'freebsd',
    library: 'libc.so.7',
    map_private_anonymous: 0x1002,
    clock_monotonic: 4,
    clock_process_cpu: 15,
  });
