// Ends the system calls in which other threads of this process wait on a descriptor. The descriptor is
// first turned into /dev/null, so that nobody can begin to wait any more; who waits already is
// interrupted by a signal whose handler does nothing (signal(7), "Interruption of system calls"). A
// thread left waiting would keep Node from ever ending: it joins its threads at its exit.
import { constants, readdirSync, readFileSync } from 'node:fs';
import { Unsupported } from '../../errors.ts';
import { O_CLOEXEC, SIGURG } from '../../ffi/linux/constants.ts';
import { SIGACTION_BYTES } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';

/** Ignored where no handler stands, so one that comes late harms nobody; Node has no use for it. */
const SIGNAL = SIGURG;
const THREADS = '/proc/self/task';
const EXIT_TRIES = 1000;

/** What the signal did before, and how many rely on what it does now. */
let before: Memory | undefined;
let users = 0;

const nap = new Int32Array(new SharedArrayBuffer(4));

/** Sleep this thread, and nothing else, for a millisecond. */
export const sleepMillisecond = () => void Atomics.wait(nap, 0, 0, 1);

export class WaitingThreads {
  readonly #platform: Platform;
  readonly fd: number;
  #open = true;

  /** `fd` becomes this one's to close. Throws Unsupported where the threads cannot be found. */
  constructor(platform: Platform, fd: number) {
    if (!platform.linux || !canSeeCalls()) {
      platform.posix.close(fd);
      const reason =
        'a thread that waits for a device cannot be found here, so it could not be ended';
      throw new Unsupported(reason, 'use Linux with /proc, or a block device', 'ENOSYS');
    }
    this.#platform = platform;
    this.fd = fd;
    if (users++ === 0) {
      before = platform.memory(SIGACTION_BYTES);
      platform.linux.sigaction(SIGNAL, 0, before.address);
      platform.linux.interruptBy(SIGNAL, false);
    }
    process.once('exit', this.#atExit);
  }

  /** From now on reads of the descriptor end at once, and writes are refused. */
  turnAway(): void {
    const { posix, linux } = this.#platform;
    const nothing = posix.open('/dev/null', constants.O_RDONLY);
    linux!.dup3(nothing, this.fd, O_CLOEXEC);
    posix.close(nothing);
  }

  /** Interrupt who is inside a call on the descriptor. Returns how many were found. */
  interrupt(): number {
    const { linux } = this.#platform;
    const inside = readdirSync(THREADS).filter(tid => descriptorOf(tid) === this.fd);
    for (const tid of inside) linux!.tgkill(process.pid, Number(tid), SIGNAL);
    return inside.length;
  }

  /** To be called when nobody uses the descriptor any more. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.off('exit', this.#atExit);
    this.#platform.posix.close(this.fd);
    if (--users > 0) return;
    this.#platform.linux!.sigaction(SIGNAL, before!.address, 0);
    before!.free();
  }

  /** The process ends and nobody closed: let go of the threads, or it would never end. */
  readonly #atExit = (): void => {
    this.turnAway();
    for (let i = 0; i < EXIT_TRIES && this.interrupt() > 0; i++) sleepMillisecond();
  };
}

/**
 * The first argument of the call that a thread is inside (proc_pid_syscall(5)): of read(2) and write(2)
 * the descriptor. Undefined while it runs.
 */
function descriptorOf(tid: string): number | undefined {
  try {
    const [, first] = readFileSync(`${THREADS}/${tid}/syscall`, 'latin1').split(' ');
    return first === undefined ? undefined : Number(first);
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

/** A kernel may be built without that file. */
function canSeeCalls(): boolean {
  try {
    return readFileSync('/proc/self/syscall', 'latin1').length > 0;
  } catch {
    return false;
  }
}
