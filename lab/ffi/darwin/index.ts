// macOS: its numbers, from the system's headers (sys/mman.h, time.h).
import { loadBsd } from '../bsd.ts';
import type { Platform } from '../platform.ts';

export const loadDarwin = (): Platform =>
  loadBsd({
    os: 'darwin',
    library: 'libSystem.B.dylib',
    map_private_anonymous: 0x1002,
    clock_monotonic: 6,
    clock_process_cpu: 12,
  });
