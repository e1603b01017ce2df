// macOS, filled in: the calls that every Unix has. kqueue and its relatives join with the drivers
// that need them. Numbers from the system's headers (sys/mman.h, time.h).
import koffi from 'koffi';
import type { Platform } from '../platform.ts';
import { errnoName, memoryMapper, posixCalls, systemClock } from '../posix.ts';

const MAP_PRIVATE_ANON = 0x1002;
const CLOCK_MONOTONIC = 6;
const CLOCK_PROCESS_CPUTIME_ID = 12;

export function loadDarwin(): Platform {
  const system = koffi.load('libSystem.B.dylib');
  const map = memoryMapper(system);
  const memory = (length: number) => map(length, MAP_PRIVATE_ANON, -1, 0);
  const clock = systemClock(system, CLOCK_MONOTONIC, memory(16384));
  const { now } = clock;
  const nanosleep = system.func('nanosleep', 'int', ['uint64_t', 'uint64_t']);
  const timespec = memory(16384);
  const words = new BigInt64Array(timespec.bytes.buffer);
  return {
    os: 'darwin',
    clock: 'CLOCK_MONOTONIC',
    ...clock,
    processCpu: systemClock(system, CLOCK_PROCESS_CPUTIME_ID, memory(16384)).now,
    sleepUntil(time_ns) {
      for (let left = time_ns - now(); left > 0; left = time_ns - now()) {
        words[0] = BigInt(Math.floor(left / 1e9));
        words[1] = BigInt(Math.floor(left % 1e9));
        nanosleep(timespec.address, 0);
      }
    },
    errno: () => koffi.errno(),
    errnoName,
    memory,
    // macOS has no parent-death signal; the caller watches its control pipe instead.
    dieWithParent: () => false,
    posix: posixCalls(system, memory),
  };
}
