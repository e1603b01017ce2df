// A queued real-time signal of a device for one thread: fcntl(2) makes the descriptor announce its
// readiness by a signal (O_ASYNC, F_SETSIG), to this very thread (F_SETOWN_EX), which blocks it so
// that it waits in a queue to be taken. A full queue is answered with a plain SIGIO.
import { SystemCallError, Unsupported } from '../../errors.ts';
import {
  F_GETFL,
  F_OWNER_TID,
  F_SETFL,
  F_SETOWN_EX,
  F_SETSIG,
  O_ASYNC,
  SIG_BLOCK,
  SIG_SETMASK,
  SIGIO,
  SIGRTMIN,
} from '../../ffi/linux/constants.ts';
import { F_OWNER_EX_BYTES, SIGSET_BYTES } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { Duration } from './duration.ts';
import { kept } from './slots.ts';

/** Of this thread: two devices would take each other's signals. */
let taken = false;

export class DeviceSignals {
  /** Address of the set that holds both signals, to be passed as `set[0]`. */
  readonly set: readonly [number, null];
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #before: number;
  readonly #none: Duration;
  readonly #fd: number;
  #flags = 0;

  /** Throws SystemCallError, or Unsupported where this thread has such a device already. */
  constructor(platform: Platform, fd: number) {
    if (taken) {
      const fix = 'close the other driver first, or use a thread for each';
      throw new Unsupported('this thread already takes the signals of another device', fix);
    }
    taken = true;
    this.#platform = platform;
    this.#fd = fd;
    this.#none = new Duration(platform, 1);
    this.#memory = platform.memory(2 * SIGSET_BYTES + F_OWNER_EX_BYTES);
    const { address, bytes } = this.#memory;
    this.set = kept(address);
    this.#before = address + SIGSET_BYTES;
    const words = new Uint32Array(bytes.buffer);
    for (const signal of [SIGIO, SIGRTMIN]) words[(signal - 1) >> 5]! |= 1 << ((signal - 1) & 31);
    platform.linux!.pthread_sigmask(SIG_BLOCK, address, this.#before);
    try {
      this.#announce(words, 2 * SIGSET_BYTES);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #announce(words: Uint32Array, owner: number): void {
    words[owner / 4] = F_OWNER_TID;
    words[owner / 4 + 1] = this.#platform.linux!.gettid();
    this.#fcntl('F_SETOWN_EX', F_SETOWN_EX, this.#memory.address + owner);
    this.#fcntl('F_SETSIG', F_SETSIG, SIGRTMIN);
    const flags = this.#fcntl('F_GETFL', F_GETFL, 0);
    this.#fcntl('F_SETFL O_ASYNC', F_SETFL, flags | O_ASYNC);
    this.#flags = flags;
  }

  #fcntl(what: string, command: number, argument: number): number {
    const { linux, errno, errnoName } = this.#platform;
    const result = linux!.fcntl(this.#fd, command, argument);
    if (result < 0) throw new SystemCallError(`fcntl ${what}`, errnoName(errno()));
    return result;
  }

  /** Take all signals that wait. Returns how many. */
  empty(): number {
    const { sigtimedwait } = this.#platform.linux!;
    let count = 0;
    while (sigtimedwait(this.set[0], 0, this.#none.address[0]) > 0) count++;
    return count;
  }

  /** No more signals, none left behind: unblocked, one that waits would end the process. */
  close(): void {
    const { linux } = this.#platform;
    linux!.fcntl(this.#fd, F_SETFL, this.#flags & ~O_ASYNC);
    this.empty();
    linux!.pthread_sigmask(SIG_SETMASK, this.#before, 0);
    this.#none.free();
    this.#memory.free();
    taken = false;
  }
}
