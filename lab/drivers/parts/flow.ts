// A process that does nothing but copy one descriptor into another, by blocking calls: what a pipeline of
// the shell is made of. It is dd(1), which with one block size hands on each read by a write of its own
// (POSIX, dd, "bs"), so nothing is held back. It ends when this process ends, however that ends.
import { SystemCallError, Unsupported } from '../../errors.ts';
import { O_CLOEXEC, WNOHANG } from '../../ffi/linux/constants.ts';
import type { Platform } from '../../ffi/platform.ts';
import { sleepMillisecond } from './waiting-threads.ts';

/** Descriptor by which the process says that it is there, before it becomes dd. */
const READY = 3;
/**
 * setpriv(1) asks the kernel to end this process with its parent (prctl(2), PR_SET_PDEATHSIG), and keeps
 * that when it becomes another program. The parent may have ended before: then nobody would tell.
 */
const COPY = `test "$PPID" = "$0" && printf . >&${READY} && exec dd bs=65536 ${READY}>&-`;
const PROGRAM = `exec 2>/dev/null; exec setpriv --pdeathsig KILL /bin/sh -c '${COPY}' "$0"`;
const GRACE_TRIES = 200;

/** Two descriptors: bytes that go into `write` come out of `read`. Throws SystemCallError. */
export function pipe(platform: Platform): { read: number; write: number } {
  const memory = platform.memory(8);
  try {
    if (platform.linux!.pipe2(memory.address, O_CLOEXEC) < 0) {
      const errno = platform.errnoName(platform.errno());
      const hint = errno === 'EMFILE' ? 'Raise the limit of open files (ulimit -n)' : '';
      throw new SystemCallError('pipe2', errno, hint);
    }
    const [read, write] = new Int32Array(memory.bytes.buffer);
    return { read: read!, write: write! };
  } finally {
    memory.free();
  }
}

export class Flow {
  readonly pid: number;
  readonly #platform: Platform;
  #running = true;

  /** Copies `from` into `to`, which stay the caller's. Throws SystemCallError, Unsupported. */
  constructor(platform: Platform, from: number, to: number) {
    this.#platform = platform;
    const ready = pipe(platform);
    const words = ['-c', PROGRAM, String(process.pid)];
    const copies = [[from, 0] as const, [to, 1] as const, [ready.write, READY] as const];
    const program = platform.linux!.spawner('/bin/sh', words, copies);
    try {
      try {
        this.pid = program.spawn();
      } finally {
        platform.posix.close(ready.write);
      }
      if (!isThere(platform, ready.read)) {
        this.end();
        const fix = 'apt install util-linux coreutils (setpriv, dd)';
        throw new Unsupported('the process that copies did not start', fix);
      }
    } finally {
      program.free();
      platform.posix.close(ready.read);
    }
  }

  /** Let it copy what is on its way, where the other end takes it; its source has been closed. */
  finish(): void {
    const { waitpid } = this.#platform.linux!;
    for (let i = 0; i < GRACE_TRIES && this.#running; i++) {
      this.#running = waitpid(this.pid, WNOHANG) === 0;
      if (this.#running) sleepMillisecond();
    }
    this.end();
  }

  /** End it now: when this returns it is no more, and has read its last. Idempotent. */
  end(): void {
    if (!this.#running) return;
    this.#running = false;
    process.kill(this.pid, 'SIGKILL');
    this.#platform.linux!.waitpid(this.pid, 0);
  }
}

function isThere(platform: Platform, fd: number): boolean {
  const memory = platform.memory(1);
  const got = platform.posix.read(fd, memory.address, 1);
  memory.free();
  return got === 1;
}
