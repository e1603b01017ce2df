// Processes of one program, each asleep in a read of the same pipe, which nobody writes to: closing its
// other end ends them all, also where this process dies (posix_spawn(3)).
import { readFileSync } from 'node:fs';
import { SystemCallError, TimedOut, Unsupported } from '../../../errors.ts';
import { O_CLOEXEC } from '../../../ffi/linux/constants.ts';
import type { Platform } from '../../../ffi/platform.ts';
import type { Maker } from './measure.ts';
import { groupLimit, memoryOf } from './memory.ts';

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
const NO_OPTIONS = 0;
/** Of a process' memory, whose programs are all the same, so many are asked. */
const MOST_ASKED = 50;

const LOOK_EVERY_NS = 5e5;
const LIMIT_NS = 30e9;

/** Sleeps until the main thread of a process is in read(2) of its standard input. */
export function untilItReads(platform: Platform, pid: number): void {
  const deadline_ns = platform.now() + LIMIT_NS;
  // Its system call's number and first argument (proc_pid_syscall(5)).
  const reads = process.arch === 'x64' ? /^0 0x0 / : /^63 0x0 /;
  while (!reads.test(readFileSync(`/proc/${pid}/syscall`, 'latin1'))) {
    if (platform.now() > deadline_ns) throw new TimedOut(`process ${pid} never came to its read`);
    platform.sleepUntil(platform.now() + LOOK_EVERY_NS);
  }
}

/** Why there are no more: the errno of posix_spawn or pthread_create in the user's words. */
export function noMore(what: string, made: number, errno: string): Error {
  if (errno !== 'EAGAIN' && errno !== 'ENOMEM') return new SystemCallError(what, errno);
  const limit = groupLimit();
  const group = Number.isFinite(limit) ? `, the control group at most ${limit}` : '';
  return new Unsupported(
    `the system makes no more after ${made} (${what}: ${errno}${group})`,
    'raise the limit (ulimit -u, pids.max of the control group), or --set count=N',
    errno,
  );
}

/** Throws Unsupported where it cannot be done here. `program` reads its input until that ends. */
export function processMaker(
  platform: Platform,
  program: string,
  words: readonly string[],
  /** What to wait for beyond the program's beginning, before the process counts as made. */
  ready: (pid: number) => void = () => {},
): Maker {
  const { linux, posix } = platform;
  if (!linux) throw new Unsupported('its processes are made with calls of Linux', 'run it there');
  const pair = platform.memory(8);
  const piped = linux.pipe2(pair.address, O_CLOEXEC);
  const [reader, writer] = new Int32Array(pair.bytes.buffer);
  pair.free();
  if (piped < 0) throw new SystemCallError('pipe2', platform.errnoName(platform.errno()));
  const silent = posix.open('/dev/null', 1);
  const spawner = linux.spawner(program, words, [
    [reader!, STANDARD_INPUT],
    [silent, STANDARD_OUTPUT],
  ]);
  const pids: number[] = [];
  let open = true;
  return {
    make() {
      let pid: number;
      try {
        pid = spawner.spawn();
      } catch (error) {
        throw noMore('posix_spawn', pids.length, (error as SystemCallError).errno);
      }
      pids.push(pid);
      ready(pid);
    },
    memory() {
      if (pids.length === 0) return 0;
      const step = Math.ceil(pids.length / MOST_ASKED);
      const asked = pids.filter((_, i) => i % step === 0);
      for (const pid of asked) untilItReads(platform, pid);
      const sum = asked.reduce((total, pid) => total + memoryOf(pid), 0);
      return (sum / asked.length) * pids.length;
    },
    end() {
      if (!open) return;
      open = false;
      for (const fd of [reader!, writer!, silent]) posix.close(fd);
      for (const pid of pids) linux.waitpid(pid, NO_OPTIONS);
      spawner.free();
    },
  };
}
