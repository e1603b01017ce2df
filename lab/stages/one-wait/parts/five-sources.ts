// One of each thing that a program may have to wait for, all as descriptors: data in a pipe, a signal, a
// timer, a process that ends, and a flag that a part of the program raises itself.
import { SystemCallError } from '../../../errors.ts';
import { SFD_CLOEXEC, SIG_BLOCK, SIG_SETMASK, SIGUSR1 } from '../../../ffi/linux/constants.ts';
import { SIGNALFD_SIGINFO_BYTES, SIGSET_BYTES } from '../../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { Descriptors, type Pipe } from '../../parts/descriptors.ts';

export const KINDS = ['data', 'signal', 'timer', 'process', 'flag'] as const;
export type Kind = (typeof KINDS)[number];

const CLOCK_MONOTONIC = 1;
/** struct itimerspec: nanoseconds of the first expiry are its last word but one. */
const TIMER_NS = 1_000_000;
const EIGHT_BYTES = 8;

export class FiveSources {
  readonly system: Descriptors;
  /** The kind behind each descriptor. */
  readonly kinds = new Map<number, Kind>();
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #pipe: Pipe;
  readonly #timer: number;
  readonly #flag: number;
  readonly #spawner: { spawn(): number; free(): void };
  #process = -1;
  #pid = 0;

  /** The signal is blocked in this thread, so that it waits to be read. */
  constructor(platform: Platform) {
    this.#platform = platform;
    this.system = new Descriptors(platform);
    const linux = platform.linux!;
    this.#memory = platform.memory(2 * SIGSET_BYTES + 64);
    const { address } = this.#memory;
    new Uint32Array(this.#memory.bytes.buffer)[0] = 1 << (SIGUSR1 - 1);
    linux.pthread_sigmask(SIG_BLOCK, address, address + SIGSET_BYTES);
    this.#pipe = this.system.pipe();
    this.#timer = this.#keep(linux.timerfd_create(CLOCK_MONOTONIC, 0), 'timerfd_create');
    this.#flag = this.system.eventfd(0);
    this.#spawner = linux.spawner('/bin/true', [], []);
    this.kinds.set(this.#pipe.reader, 'data');
    this.kinds.set(this.#keep(linux.signalfd(-1, address, SFD_CLOEXEC), 'signalfd'), 'signal');
    this.kinds.set(this.#timer, 'timer');
    this.kinds.set(this.#flag, 'flag');
  }

  #keep(fd: number, call: string): number {
    const { errno, errnoName } = this.#platform;
    if (fd < 0) throw new SystemCallError(call, errnoName(errno()));
    return this.system.keep(fd);
  }

  /** Let all five happen, the process and the timer a little later. Returns the process's descriptor. */
  fire(): number {
    const linux = this.#platform.linux!;
    this.#pid = this.#spawner.spawn();
    this.#process = linux.pidfd_open(this.#pid);
    const { errno, errnoName } = this.#platform;
    if (this.#process < 0) throw new SystemCallError('pidfd_open', errnoName(errno()));
    this.kinds.set(this.#process, 'process');
    const expiry = this.#memory.address + 2 * SIGSET_BYTES;
    new BigInt64Array(this.#memory.bytes.buffer, 2 * SIGSET_BYTES, 4).set([
      0n,
      0n,
      0n,
      BigInt(TIMER_NS),
    ]);
    linux.timerfd_settime(this.#timer, 0, expiry, 0);
    this.system.write(this.#pipe.writer, EIGHT_BYTES);
    linux.raise(SIGUSR1);
    this.system.raise(this.#flag);
    return this.#process;
  }

  /** Take what the descriptor announces, so that it announces no more. Returns its kind. */
  take(fd: number): Kind {
    const kind = this.kinds.get(fd);
    if (kind === undefined) throw new Error(`descriptor ${fd} is none of the five`);
    if (kind === 'process') {
      this.#platform.linux!.waitpid(this.#pid, 0);
      this.kinds.delete(fd);
      this.#platform.posix.close(fd);
      this.#process = -1;
    } else {
      this.system.read(fd, kind === 'signal' ? SIGNALFD_SIGINFO_BYTES : EIGHT_BYTES);
    }
    return kind;
  }

  close(): void {
    if (this.#process >= 0) this.take(this.#process);
    const { address } = this.#memory;
    this.system.close();
    this.#platform.linux!.pthread_sigmask(SIG_SETMASK, address + SIGSET_BYTES, 0);
    this.#spawner.free();
    this.#memory.free();
  }
}
