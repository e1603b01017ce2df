// Event flags to be watched: one descriptor each (eventfd(2)), where a pipe or a pair of sockets would
// take two of the limit. The limit is looked at before, and named where it is too low.
import { readdirSync } from 'node:fs';
import { kept } from '../../../drivers/parts/slots.ts';
import { SystemCallError, Unsupported } from '../../../errors.ts';
import { EFD_CLOEXEC, RLIMIT_NOFILE } from '../../../ffi/linux/constants.ts';
import { RLIMIT_BYTES } from '../../../ffi/linux/structs.ts';
import type { Platform } from '../../../ffi/platform.ts';

export const FLAG_BYTES = 8;
/** For rings, epolls and whatever Node opens meanwhile. */
const SPARE = 32;
const THIS_PROCESS = 0;
const NON_BLOCKING = 0o4000;

export interface Flags {
  readonly fds: readonly number[];
  /** Add one to a flag's count. */
  raise(index: number): void;
  /** Take a flag's count: 0 where it was not raised. */
  lower(index: number): number;
  close(): void;
}

/** Throws Unsupported where this process may not open so many. */
export function openFlags(platform: Platform, count: number): Flags {
  if (count < 1) throw new Unsupported('descriptors=0: nothing to watch', 'give at least 1');
  if (!platform.linux)
    throw new Unsupported('event flags are descriptors of Linux', 'run it there');
  allowDescriptors(platform, count);
  const { linux, posix, errno, errnoName } = platform;
  const memory = platform.memory(2 * FLAG_BYTES);
  const words = new Uint32Array(memory.bytes.buffer);
  const one = kept(memory.address);
  const got = kept(memory.address + FLAG_BYTES);
  words[0] = 1;
  const fds: number[] = [];
  const close = () => {
    for (const fd of fds) posix.close(fd);
    memory.free();
  };
  for (let i = 0; i < count; i++) {
    const fd = linux.eventfd(0, EFD_CLOEXEC | NON_BLOCKING);
    if (fd >= 0) fds.push(fd);
    else {
      const name = errnoName(errno());
      close();
      throw new SystemCallError(`eventfd, the ${i + 1}th`, name);
    }
  }
  return {
    fds,
    raise: index => void posix.write(fds[index]!, one[0], FLAG_BYTES),
    lower: index => (posix.read(fds[index]!, got[0], FLAG_BYTES) < 0 ? 0 : words[2]!),
    close,
  };
}

/** Raise this process's own limit as far as it must be. Throws Unsupported where it may not. */
function allowDescriptors(platform: Platform, count: number): void {
  const needed = count + readdirSync('/proc/self/fd').length + SPARE;
  const memory = platform.memory(RLIMIT_BYTES);
  const limits = new Float64Array(2);
  const words = new BigUint64Array(memory.bytes.buffer);
  platform.linux!.prlimit(THIS_PROCESS, RLIMIT_NOFILE, 0, memory.address);
  limits.set([Number(words[0]), Number(words[1])]);
  const [soft, hard] = limits;
  if (soft! < needed && hard! >= needed) {
    words[0] = words[1]!;
    platform.linux!.prlimit(THIS_PROCESS, RLIMIT_NOFILE, memory.address, 0);
  }
  memory.free();
  if (hard! >= needed) return;
  throw new Unsupported(
    `${count} watched descriptors need ${needed}, and this user may open ${hard} (ulimit -Hn)`,
    'raise the limit (limits.conf(5), or LimitNOFILE= of the service), or --set descriptors=N',
    'EMFILE',
  );
}
