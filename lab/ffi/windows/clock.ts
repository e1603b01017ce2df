// Time on Windows: the performance counter, which all processes share, sleeping until it reads
// something, and the processor time of this process. Source: "Acquiring high-resolution time stamps"
// (learn.microsoft.com/windows/win32/sysinfo).
import type { Memory } from '../platform.ts';
import type { Library } from '../posix.ts';
import { CURRENT_PROCESS, INFINITE } from './constants.ts';

/** CreateWaitableTimerExW: without the coarse tick of the system; Windows 10 1803 and later. */
const CREATE_WAITABLE_TIMER_HIGH_RESOLUTION = 2;
const TIMER_ALL_ACCESS = 0x1f0003;
/** A sleeper is woken up to this much late, so the rest is waited awake. */
const WAKE_EARLY_NS = 600_000;
/** Timers and processor times count in 100 ns. */
const UNIT_NS = 100;

export function performanceClock(kernel32: Library, memory: (length: number) => Memory) {
  const counter = kernel32.func('QueryPerformanceCounter', 'int', ['uint64_t']);
  const frequency = kernel32.func('QueryPerformanceFrequency', 'int', ['uint64_t']);
  const page = memory(4096);
  const { address } = page;
  const words = new Uint32Array(page.bytes.buffer, page.bytes.byteOffset, 2);
  frequency(address);
  const tick_ns = 1e9 / (words[0]! + words[1]! * 2 ** 32);
  return {
    now: (): number => {
      counter(address);
      return (words[0]! + words[1]! * 2 ** 32) * tick_ns;
    },
    stamp: (into: Float64Array, at: number): void => {
      counter(address);
      into[at] = (words[0]! + words[1]! * 2 ** 32) * tick_ns;
    },
  };
}

export function sleeper(
  kernel32: Library,
  memory: (length: number) => Memory,
  now: () => number,
): (time_ns: number) => void {
  const create = kernel32.func('CreateWaitableTimerExW', 'int64_t', [
    'uint64_t',
    'uint64_t',
    'uint32_t',
    'uint32_t',
  ]);
  const set = kernel32.func('SetWaitableTimer', 'int', [
    'int64_t',
    'uint64_t',
    'int32_t',
    'uint64_t',
    'uint64_t',
    'int',
  ]);
  const wait = kernel32.func('WaitForSingleObject', 'uint32_t', ['int64_t', 'uint32_t']);
  const page = memory(4096);
  const due = new BigInt64Array(page.bytes.buffer, page.bytes.byteOffset, 1);
  let timer = 0;
  return time_ns => {
    timer ||=
      create(0, 0, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS) ||
      create(0, 0, 0, TIMER_ALL_ACCESS);
    const left_ns = time_ns - now() - WAKE_EARLY_NS;
    if (left_ns > 0) {
      // Negative: from now on.
      due[0] = -BigInt(Math.floor(left_ns / UNIT_NS));
      set(timer, page.address, 0, 0, 0, 0);
      wait(timer, INFINITE);
    }
    while (now() < time_ns);
  };
}

/** Processor time of all threads of this process, in nanoseconds. */
export function processTimes(kernel32: Library, memory: (length: number) => Memory): () => number {
  const times = kernel32.func('GetProcessTimes', 'int', [
    'int64_t',
    'uint64_t',
    'uint64_t',
    'uint64_t',
    'uint64_t',
  ]);
  const page = memory(4096);
  const { address } = page;
  const words = new Uint32Array(page.bytes.buffer, page.bytes.byteOffset, 8);
  return () => {
    times(CURRENT_PROCESS, address, address + 8, address + 16, address + 24);
    const kernel = words[4]! + words[5]! * 2 ** 32;
    const user = words[6]! + words[7]! * 2 ** 32;
    return (kernel + user) * UNIT_NS;
  };
}
