// What macOS and FreeBSD have in common, filled in: the calls that every Unix has, and kqueue. Where their
// numbers differ, each system's own file gives them.
import koffi from 'koffi';
import { kqueueCalls } from './kqueue.ts';
import type { Platform } from './platform.ts';
import { errnoName, memoryMapper, posixCalls, systemClock } from './posix.ts';

export interface BsdNumbers {
  readonly os: 'darwin' | 'freebsd';
  /** File name of the C library. */
  readonly library: string;
  readonly map_private_anonymous: number;
  readonly clock_monotonic: number;
  readonly clock_process_cpu: number;
}

const PAGE_BYTES = 16384;

export function loadBsd(numbers: BsdNumbers): Platform {
  const system = koffi.load(numbers.library);
  const map = memoryMapper(system);
  const memory = (length: number) => map(length, numbers.map_private_anonymous, -1, 0);
  const clock = systemClock(system, numbers.clock_monotonic, memory(PAGE_BYTES));
  const { now } = clock;
  const nanosleep = system.func('nanosleep', 'int', ['uint64_t', 'uint64_t']);
  const timespec = memory(PAGE_BYTES);
  const words = new BigInt64Array(timespec.bytes.buffer);
  const kqueue = kqueueCalls(system);
  return {
    os: numbers.os,
    clock: 'CLOCK_MONOTONIC',
    ...clock,
    processCpu: systemClock(system, numbers.clock_process_cpu, memory(PAGE_BYTES)).now,
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
    // There is no parent-death signal; the caller watches its control pipe instead.
    dieWithParent: () => false,
    posix: posixCalls(system, memory),
    kqueue: () => kqueue,
  };
}
