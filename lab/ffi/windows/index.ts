// Windows, filled in: kernel32 through koffi. There are no POSIX calls here; whoever asks for one is told
// so. An error number is Windows' own, and drivers hand it on negated, as errno elsewhere.
import koffi from 'koffi';
import { Unsupported } from '../../errors.ts';
import type { Platform, PosixCalls } from '../platform.ts';
import type { Kernel32Calls, SocketCalls, WindowsCalls } from './calls.ts';
import { performanceClock, processTimes, sleeper } from './clock.ts';
import {
  CURRENT_PROCESS,
  INFINITE,
  SYNCHRONIZE,
  WT_EXECUTEINWAITTHREAD,
  WT_EXECUTEONLYONCE,
} from './constants.ts';
import { windowsError, windowsErrorName } from './errors.ts';
import { type InspectionCalls, inspectionCalls } from './inspection.ts';
import { kernel32Calls } from './kernel32.ts';
import { assertLayouts } from './layouts.ts';
import { lineSetter } from './line.ts';
import { virtualMemory } from './memory.ts';
import type { UserCalls } from './user-calls.ts';
import { loadUser32 } from './user32.ts';
import { socketCalls } from './ws2_32.ts';

/** Every call refuses, by name: the lab's Windows drivers use WindowsCalls. */
const noPosix = new Proxy({} as PosixCalls, {
  get(_, name) {
    return () => {
      throw new Unsupported(
        `${String(name)} is a call of Unix, and this is Windows`,
        'choose a driver for Windows: iolab list drivers',
      );
    };
  },
});

export function loadWindows(): Platform {
  assertLayouts();
  const lib = koffi.load('kernel32.dll');
  const kernel32 = kernel32Calls(lib);
  const memory = virtualMemory(lib, kernel32.GetLastError);
  const clock = performanceClock(lib, memory);
  let sockets: SocketCalls | undefined;
  let inspection: InspectionCalls | undefined;
  let user: UserCalls | undefined;
  const windows: WindowsCalls = {
    ...kernel32,
    setLine: lineSetter(kernel32, memory),
    sockets: () => {
      sockets ??= socketCalls(memory);
      return sockets;
    },
    inspection: () => {
      inspection ??= inspectionCalls(lib);
      return inspection;
    },
    user32: () => {
      user ??= loadUser32();
      return user;
    },
  };
  return {
    os: 'win32',
    clock: 'QueryPerformanceCounter',
    ...clock,
    sleepUntil: sleeper(lib, memory, clock.now),
    processCpu: processTimes(lib, memory),
    errno: kernel32.GetLastError,
    errnoName: windowsErrorName,
    memory,
    dieWithParent: () => dieWith(process.ppid, kernel32, memory),
    posix: noPosix,
    windows,
    kqueue: () => {
      throw new Unsupported('Windows has no kqueue', 'choose a driver for Windows');
    },
  };
}

/**
 * A wait thread of the pool watches the parent and, when it is gone, calls TerminateProcess on this
 * process: a function of kernel32 itself, so that it works whatever this thread is blocked in.
 */
function dieWith(parent: number, kernel32: Kernel32Calls, memory: Platform['memory']): boolean {
  const watched = kernel32.OpenProcess(SYNCHRONIZE, 0, parent);
  // Gone already, before anybody could be told.
  if (watched === 0) process.exit(1);
  const wait = memory(8);
  const flags = WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE;
  const end = kernel32.symbol('TerminateProcess');
  // The context becomes its first argument, this process; the second says that no time ran out: exit 0.
  const { RegisterWaitForSingleObject: register, GetLastError } = kernel32;
  if (register(wait.address, watched, end, CURRENT_PROCESS, INFINITE, flags)) return true;
  throw windowsError('RegisterWaitForSingleObject', GetLastError());
}
