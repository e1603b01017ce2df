// Signals that wait in this thread's queue until they are taken (sigwaitinfo(2)), and the limit of that
// queue, lowered for the moment. Source: signal(7), "Real-time signals"; getrlimit(2), RLIMIT_SIGPENDING.
import { readFileSync } from 'node:fs';
import { SystemCallError, Unsupported } from '../../../errors.ts';
import {
  RLIMIT_SIGPENDING,
  SIG_BLOCK,
  SIG_SETMASK,
  SIGIO,
  SIGRTMIN,
  SIGUSR2,
} from '../../../ffi/linux/constants.ts';
import { SIGINFO_BYTES, SIGINFO_FD, SIGSET_BYTES } from '../../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../../ffi/platform.ts';

const SET = 0;
const BEFORE = SIGSET_BYTES;
const INFO = 2 * SIGSET_BYTES;
const NO_TIME = INFO + SIGINFO_BYTES;
const LIMIT = NO_TIME + 16;
const OLD_LIMIT = LIMIT + 16;
const INBOX_BYTES = OLD_LIMIT + 16;

export class Inbox {
  readonly #linux: LinuxCalls;
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  readonly #limits: BigUint64Array;

  /** `limit` signals fit into the queue beside what waits for others: it is one for all of a user. */
  constructor(platform: Platform, limit: number) {
    if (!platform.linux)
      throw new Unsupported('it is staged with signals of Linux', 'run it there');
    this.#linux = platform.linux;
    this.#platform = platform;
    this.#memory = platform.memory(INBOX_BYTES);
    this.#words = new Uint32Array(this.#memory.bytes.buffer);
    this.#limits = new BigUint64Array(this.#memory.bytes.buffer, LIMIT, 4);
    for (const signal of [SIGIO, SIGUSR2, SIGRTMIN]) {
      this.#words[(signal - 1) >> 5]! |= 1 << ((signal - 1) & 31);
    }
    this.#linux.pthread_sigmask(SIG_BLOCK, this.#at(SET), this.#at(BEFORE));
    try {
      this.#lower(limit);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #at(offset: number): number {
    return this.#memory.address + offset;
  }

  #lower(limit: number): void {
    const { prlimit } = this.#linux;
    if (prlimit(0, RLIMIT_SIGPENDING, 0, this.#at(OLD_LIMIT)) < 0) throw this.#failed();
    const hard = this.#limits[3]!;
    const soft = BigInt(waitingNow() + limit);
    if (soft > hard) {
      throw new Unsupported(
        `the queue of signals may hold ${hard}, and ${soft} are needed`,
        'raise the limit of pending signals (ulimit -Hi)',
      );
    }
    this.#limits[0] = soft;
    this.#limits[1] = hard;
    if (prlimit(0, RLIMIT_SIGPENDING, this.#at(LIMIT), 0) < 0) throw this.#failed();
  }

  #failed(): SystemCallError {
    return new SystemCallError('prlimit', this.#platform.errnoName(this.#platform.errno()));
  }

  /** The next signal that waits, lowest number first; 0 where none waits. */
  take(): number {
    return Math.max(0, this.#linux.sigtimedwait(this.#at(SET), this.#at(INFO), this.#at(NO_TIME)));
  }

  /** Of the signal taken last: the descriptor that it tells of. */
  descriptor(): number {
    return this.#words[(INFO + SIGINFO_FD) / 4]!;
  }

  /** Nothing is left behind: unblocked, a signal that waits would end the process. */
  close(): void {
    while (this.take() > 0);
    this.#linux.prlimit(0, RLIMIT_SIGPENDING, this.#at(OLD_LIMIT), 0);
    this.#linux.pthread_sigmask(SIG_SETMASK, this.#at(BEFORE), 0);
    this.#memory.free();
  }
}

/** Signals that wait for the processes of this user (proc_pid_status(5), SigQ). */
function waitingNow(): number {
  return Number(/^SigQ:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);
}
