// The calls that every Unix has, through koffi. Buffers are passed as addresses (numbers), never as
// JavaScript objects, so that no call converts, copies or allocates anything. Sources: the manual
// pages of section 2 and 3 named like the functions.
import { constants } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';
import { SystemCallError } from '../errors.ts';
import { fileCalls } from './files.ts';
import type { Memory, PosixCalls } from './platform.ts';
import { plainLine, wholeLines } from './termios.ts';
import { pathSockets } from './unix-sockets.ts';

export type Library = ReturnType<typeof koffi.load>;

/** `EAGAIN` for 11: the name the manual pages use. */
export function errnoName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'No permission: iolab doctor names the group or rule that grants it',
  EPERM: 'Not permitted here',
  ENOENT: 'Nothing is there: check the name with iolab scan',
  EBUSY: 'Another program holds it',
  ENXIO: 'The device behind this name is gone',
  ENODEV: 'The device behind this name is gone',
};

/** An error for the call that has just failed, with the reason that errno gives. */
export function systemCallError(call: string, subject = ''): SystemCallError {
  const name = errnoName(koffi.errno());
  return new SystemCallError(subject ? `${call} ${subject}` : call, name, hints[name] ?? '');
}

const PROT_READ_WRITE = 3;
const FAILED = -1;

/** Stable memory: `map` is mmap(2); throws SystemCallError. */
export function memoryMapper(lib: Library) {
  const mmap = lib.func('mmap', 'int64_t', [
    'uint64_t',
    'uint64_t',
    'int',
    'int',
    'int',
    'int64_t',
  ]);
  const munmap = lib.func('munmap', 'int', ['uint64_t', 'uint64_t']);
  return (length: number, flags: number, fd: number, offset: number): Memory => {
    const address = Number(mmap(0, length, PROT_READ_WRITE, flags, fd, offset));
    if (address === FAILED) throw systemCallError('mmap', `${length} bytes`);
    let mapped = true;
    return {
      address,
      length,
      bytes: new Uint8Array(koffi.view(BigInt(address), length)),
      free() {
        if (!mapped) return;
        mapped = false;
        munmap(address, length);
      },
    };
  };
}

/** A clock of clock_gettime(2) in nanoseconds, returned or stored; allocates nothing. */
export function systemClock(lib: Library, clock: number, memory: Memory) {
  const gettime = lib.func('clock_gettime', 'int', ['int', 'uint64_t']);
  const { address } = memory;
  const words = new Uint32Array(memory.bytes.buffer);
  // Seconds stay below 2^32; their upper word is not read. A double holds 104 days to the ns.
  return {
    now: (): number => {
      gettime(clock, address);
      return words[0]! * 1e9 + words[2]!;
    },
    stamp: (into: Float64Array, at: number): void => {
      gettime(clock, address);
      into[at] = words[0]! * 1e9 + words[2]!;
    },
  };
}

const NO_CONTROLLING_TERMINAL = constants.O_RDWR | constants.O_NOCTTY;
const TERMIOS_BYTES = 128;
const TCSANOW = 0;
const F_SETFL = 4;
const TCIFLUSH = process.platform === 'linux' ? 0 : 1;

/** The calls of PosixCalls on `lib`. */
export function posixCalls(lib: Library, memory: (length: number) => Memory): PosixCalls {
  const open = lib.func('open', 'int', ['str', 'int', 'int']);
  const close = lib.func('close', 'int', ['int']);
  const mkfifo = lib.func('mkfifo', 'int', ['str', 'int']);
  const posixOpenpt = lib.func('posix_openpt', 'int', ['int']);
  const grantpt = lib.func('grantpt', 'int', ['int']);
  const unlockpt = lib.func('unlockpt', 'int', ['int']);
  const ptsname = lib.func('ptsname_r', 'int', ['int', 'uint64_t', 'size_t']);
  const tcgetattr = lib.func('tcgetattr', 'int', ['int', 'uint64_t']);
  const tcsetattr = lib.func('tcsetattr', 'int', ['int', 'int', 'uint64_t']);
  const tcflush = lib.func('tcflush', 'int', ['int', 'int']);
  const cfmakeraw = lib.func('cfmakeraw', 'void', ['uint64_t']);
  const cfsetspeed = lib.func('cfsetspeed', 'int', ['uint64_t', 'uint64_t']);
  const flock = lib.func('flock', 'int', ['int', 'int']);
  const nanosleep = lib.func('nanosleep', 'int', ['uint64_t', 'uint64_t']);
  // Variadic, as in unix-sockets.ts.
  const fcntl = lib.func('int fcntl(int fd, int command, ...)');

  const must = (result: number, call: string, subject = ''): number => {
    if (result < 0) throw systemCallError(call, subject);
    return result;
  };
  const makeRaw = (fd: number, baud: number): void => {
    const termios = memory(TERMIOS_BYTES);
    try {
      must(tcgetattr(fd, termios.address), 'tcgetattr');
      cfmakeraw(termios.address);
      plainLine(termios.bytes);
      must(cfsetspeed(termios.address, speedCode(baud)), 'cfsetspeed', `${baud} baud`);
      must(tcsetattr(fd, TCSANOW, termios.address), 'tcsetattr');
    } finally {
      termios.free();
    }
  };
  const makeLines = (fd: number, end: number, quote: number): void => {
    const termios = memory(TERMIOS_BYTES);
    try {
      must(tcgetattr(fd, termios.address), 'tcgetattr');
      cfmakeraw(termios.address);
      wholeLines(termios.bytes, end, quote);
      must(tcsetattr(fd, TCSANOW, termios.address), 'tcsetattr');
    } finally {
      termios.free();
    }
  };
  return {
    open: (path, flags) => must(open(path, flags | O_CLOEXEC, 0), 'open', path),
    close: fd => close(fd),
    pipe: lib.func('pipe', 'int', ['uint64_t']),
    mkfifo: (path, mode) => void must(mkfifo(path, mode), 'mkfifo', path),
    read: lib.func('read', 'int64_t', ['int', 'uint64_t', 'uint64_t']),
    write: lib.func('write', 'int64_t', ['int', 'uint64_t', 'uint64_t']),
    pread: lib.func('pread', 'int64_t', ['int', 'uint64_t', 'uint64_t', 'int64_t']),
    ...fileCalls(lib),
    pwrite: lib.func('pwrite', 'int64_t', ['int', 'uint64_t', 'uint64_t', 'int64_t']),
    poll: lib.func('poll', 'int', ['uint64_t', 'uint64_t', 'int']),
    nanosleep: address => nanosleep(address, 0),
    sched_yield: lib.func('sched_yield', 'int', []),
    flushInput: fd => void tcflush(fd, TCIFLUSH),
    makeRaw,
    makeLines,
    ...pathSockets(lib, memory),
    lineSpeed: lineSpeed(lib, memory),
    isLocked(fd) {
      if (flock(fd, LOCK_EX | LOCK_NB) < 0) return errnoName(koffi.errno()) === 'EAGAIN';
      flock(fd, LOCK_UN);
      return false;
    },
    openPty() {
      // A process of ours that inherited the master would keep the line from being hung up.
      const master = must(posixOpenpt(NO_CONTROLLING_TERMINAL | O_CLOEXEC), 'posix_openpt');
      const name = memory(TERMIOS_BYTES);
      try {
        // Afterwards: FreeBSD refuses to open it so (EINVAL).
        must(fcntl(master, F_SETFL, 'int', constants.O_NONBLOCK), 'fcntl', 'F_SETFL');
        must(grantpt(master), 'grantpt');
        must(unlockpt(master), 'unlockpt');
        if (ptsname(master, name.address, name.length) !== 0) throw systemCallError('ptsname_r');
        const slave_path = Buffer.from(name.bytes.subarray(0, name.bytes.indexOf(0))).toString();
        const slave = must(open(slave_path, NO_CONTROLLING_TERMINAL, 0), 'open', slave_path);
        // This stays so on Linux. macOS forgets it at the last close: who holds the slave sets it anew.
        makeRaw(slave, 115200);
        close(slave);
        return { master, slave_path };
      } catch (error) {
        close(master);
        throw error;
      } finally {
        name.free();
      }
    },
  };
}

// flock(2), the same numbers on Linux and BSD.
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

// Linux: TCGETS2 fills struct termios2 with the plain rate, also one that has no code (ioctl_tty(2)).
const TCGETS2 = 0x802c542a;
const TERMIOS2_OSPEED = 40;
// struct termios of sys/termios.h: on macOS four longs, 20 control characters and padding stand before
// it, on FreeBSD four words of 32 bits, 20 control characters and the other speed.
const TERMIOS_OSPEED = process.platform === 'freebsd' ? 40 : 64;

/** PosixCalls.lineSpeed, in memory of its own: it is asked again and again. */
function lineSpeed(lib: Library, memory: (length: number) => Memory): (fd: number) => number {
  const termios = memory(TERMIOS_BYTES);
  const { address } = termios;
  const view = new DataView(termios.bytes.buffer);
  if (process.platform === 'linux') {
    const ioctl = lib.func('ioctl', 'int', ['int', 'uint64_t', 'uint64_t']);
    return fd => (ioctl(fd, TCGETS2, address) < 0 ? 0 : view.getUint32(TERMIOS2_OSPEED, true));
  }
  const tcgetattr = lib.func('tcgetattr', 'int', ['int', 'uint64_t']);
  return fd => (tcgetattr(fd, address) < 0 ? 0 : view.getUint32(TERMIOS_OSPEED, true));
}

/** fcntl.h of each system. */
const CLOSE_ON_EXEC: Partial<Record<NodeJS.Platform, number>> = {
  darwin: 0x1000000,
  freebsd: 0x100000,
};
const O_CLOEXEC = CLOSE_ON_EXEC[process.platform] ?? 0o2000000;

/** termios speed codes: the plain number on BSD and macOS, a code on Linux (termios.h). */
function speedCode(baud: number): number {
  if (process.platform !== 'linux') return baud;
  const code = linuxSpeeds[baud];
  if (code === undefined) {
    throw new SystemCallError('cfsetspeed', 'EINVAL', `${baud} baud has no termios code`);
  }
  return code;
}

const linuxSpeeds: Readonly<Record<number, number>> = {
  9600: 0o15,
  19200: 0o16,
  38400: 0o17,
  57600: 0o10001,
  115200: 0o10002,
  230400: 0o10003,
  460800: 0o10004,
  500000: 0o10005,
  921600: 0o10007,
  1000000: 0o10010,
  2000000: 0o10013,
};
