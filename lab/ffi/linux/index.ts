// Linux, filled in: the C library through koffi, and the system calls it has no function for
// through syscall(2), each declared with a fixed signature because a variadic call costs more.
import koffi from 'koffi';
import { Unsupported } from '../../errors.ts';
import { namedKqueue } from '../kqueue.ts';
import type { LinuxCalls, Platform } from '../platform.ts';
import { errnoName, memoryMapper, posixCalls, systemCallError, systemClock } from '../posix.ts';
import { aioCalls } from './aio.ts';
import {
  EINTR,
  IN_CLOEXEC,
  IN_CLOSE,
  IN_NONBLOCK,
  IN_OPEN,
  PR_SET_PDEATHSIG,
  PR_SET_TIMERSLACK,
  SIGKILL,
  TIOCGEXCL,
} from './constants.ts';
import { datagramCalls } from './datagrams.ts';
import { linuxFileCalls } from './files.ts';
import { hazardCalls } from './hazards.ts';
import { inputCalls } from './input.ts';
import { lifeCalls } from './lives.ts';
import { placementCalls } from './placement.ts';
import { socketCalls } from './sockets.ts';
import { soundCalls } from './sound.ts';
import { threadCalls } from './threads.ts';
import { vfioCalls } from './vfio.ts';
import { waitingCalls } from './waiting.ts';

const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_SHARED_POPULATE = 0x8001;
const CLOCK_MONOTONIC = 1;
const CLOCK_PROCESS_CPUTIME_ID = 2;
const TIMER_ABSTIME = 1;
// asm-generic/unistd.h and syscall_64.tbl agree from 424 on.
const SYS_IO_URING_SETUP = 425;
const SYS_IO_URING_ENTER = 426;
const SYS_IO_URING_REGISTER = 427;
const SYS_PIDFD_OPEN = 434;
/** A thread's default timer slack is 50 µs (prctl(2)); a sleep meant to be punctual asks for 1 ns. */
const PUNCTUAL_SLACK_NS = 1;

function loadLibc(): ReturnType<typeof koffi.load> {
  try {
    return koffi.load('libc.so.6');
  } catch {
    throw new Unsupported('the GNU C library (libc.so.6) is not here', 'use a glibc system');
  }
}

export function loadLinux(): Platform {
  const libc = loadLibc();
  const map = memoryMapper(libc);
  const memory = (length: number) => map(length, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const page = memory(4096);
  const prctl = libc.func('prctl', 'int', ['int', 'uint64_t', 'uint64_t', 'uint64_t', 'uint64_t']);
  const nanosleep = libc.func('clock_nanosleep', 'int', ['int', 'int', 'uint64_t', 'uint64_t']);
  const timespec = memory(4096);
  const timespecWords = new BigInt64Array(timespec.bytes.buffer);
  let punctual = false;

  const syscall2 = libc.func('syscall', 'int', ['int64_t', 'uint', 'uint64_t']);
  const syscall4 = libc.func('syscall', 'int', ['int64_t', 'int', 'uint', 'uint64_t', 'uint']);
  const syscall6 = libc.func('syscall', 'int', [
    'int64_t',
    'int',
    'uint',
    'uint',
    'uint',
    'uint64_t',
    'uint64_t',
  ]);
  const ioctl = libc.func('ioctl', 'int', ['int', 'uint64_t', 'uint64_t']);
  const inotifyInit = libc.func('inotify_init1', 'int', ['int']);
  const inotifyAddWatch = libc.func('inotify_add_watch', 'int', ['int', 'str', 'uint32_t']);
  const libcClose = libc.func('close', 'int', ['int']);
  const answer = memory(4096);
  const words = new Uint32Array(answer.bytes.buffer);
  const linux: LinuxCalls = {
    epoll_create1: libc.func('epoll_create1', 'int', ['int']),
    epoll_ctl: libc.func('epoll_ctl', 'int', ['int', 'int', 'int', 'uint64_t']),
    epoll_wait: libc.func('epoll_wait', 'int', ['int', 'uint64_t', 'int', 'int']),
    ...waitingCalls(libc),
    ...placementCalls(libc),
    ...linuxFileCalls(libc),
    ...aioCalls(libc),
    ...socketCalls(libc),
    ...hazardCalls(libc, memory),
    ...threadCalls(libc),
    ...datagramCalls(libc),
    ...lifeCalls(libc, memory),
    ...vfioCalls(libc, memory),
    ...inputCalls(libc, memory),
    ...soundCalls(libc, memory),
    io_uring_setup: (entries, params) => syscall2(SYS_IO_URING_SETUP, entries, params),
    io_uring_enter: (fd, submit, min, flags, argument, bytes) =>
      syscall6(SYS_IO_URING_ENTER, fd, submit, min, flags, argument, bytes),
    io_uring_register: (fd, opcode, argument, count) =>
      syscall4(SYS_IO_URING_REGISTER, fd, opcode, argument, count),
    pidfd_open: pid => syscall2(SYS_PIDFD_OPEN, pid, 0),
    isExclusive(fd) {
      words[0] = 0;
      return ioctl(fd, TIOCGEXCL, answer.address) === 0 && words[0] !== 0;
    },
    watchOpenings(path) {
      const fd = inotifyInit(IN_NONBLOCK | IN_CLOEXEC);
      if (fd < 0) return fd;
      if (inotifyAddWatch(fd, path, IN_OPEN | IN_CLOSE) >= 0) return fd;
      libcClose(fd);
      return -1;
    },
    mapShared: (fd, length, offset) => map(length, MAP_SHARED_POPULATE, fd, offset),
  };
  return {
    os: 'linux',
    clock: 'CLOCK_MONOTONIC',
    ...systemClock(libc, CLOCK_MONOTONIC, page),
    processCpu: systemClock(libc, CLOCK_PROCESS_CPUTIME_ID, memory(4096)).now,
    sleepUntil(time_ns) {
      if (!punctual) {
        prctl(PR_SET_TIMERSLACK, PUNCTUAL_SLACK_NS, 0, 0, 0);
        punctual = true;
      }
      const seconds = Math.floor(time_ns / 1e9);
      timespecWords[0] = BigInt(seconds);
      timespecWords[1] = BigInt(Math.floor(time_ns - seconds * 1e9));
      while (nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, timespec.address, 0) === EINTR);
    },
    errno: () => koffi.errno(),
    errnoName,
    memory,
    dieWithParent() {
      if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) throw systemCallError('prctl');
      // The parent may have died before the call above: then nobody would send the signal.
      const parent = process.env.IOLAB_PARENT_PID;
      if (parent && Number(parent) !== process.ppid) process.kill(process.pid, 'SIGKILL');
      return true;
    },
    posix: posixCalls(libc, memory),
    linux,
    kqueue: namedKqueue,
  };
}
