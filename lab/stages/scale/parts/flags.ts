// Flags to be watched: on Linux event flags, one descriptor each (eventfd(2)), elsewhere pipes, which
// take two. The limit on descriptors is looked at before, and named where it is too low.
import { readdirSync } from 'node:fs';
import { kept } from '../../../drivers/parts/slots.ts';
import { SystemCallError, Unsupported } from '../../../errors.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK, RLIMIT_NOFILE } from '../../../ffi/linux/constants.ts';
import { RLIMIT_BYTES } from '../../../ffi/linux/structs.ts';
import type { LinuxCalls, Platform } from '../../../ffi/platform.ts';

/** What is read of a flag at once; of a pipe there is less. */
export const FLAG_BYTES = 8;
/** For rings, epolls and whatever Node opens meanwhile. */
const SPARE = 32;
const THIS_PROCESS = 0;

export interface Flags {
  /** The descriptors to watch. */
  readonly fds: readonly number[];
  /** Add one to a flag's count. */
  raise(index: number): void;
  /** Take a flag's count. Only of one that was raised: of a pipe it would wait. */
  lower(index: number): number;
  close(): void;
}

/** Throws Unsupported where this process may not open so many. */
export function openFlags(platform: Platform, count: number): Flags {
  if (count < 1) throw new Unsupported('descriptors=0: nothing to watch', 'give at least 1');
  if (!platform.linux) return openPipes(platform, count);
  allowDescriptors(platform.linux, platform, count);
  return openEventFlags(platform.linux, platform, count);
}

function openEventFlags(linux: LinuxCalls, platform: Platform, count: number): Flags {
  const { posix } = platform;
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
    const fd = linux.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) throw noMore(platform, 'eventfd', i, close);
    fds.push(fd);
  }
  return {
    fds,
    raise: index => void posix.write(fds[index]!, one[0], FLAG_BYTES),
    lower: index => (posix.read(fds[index]!, got[0], FLAG_BYTES) < 0 ? 0 : words[2]!),
    close,
  };
}

/** The same out of pipes, on any Unix: a byte in the pipe is the flag. */
export function openPipes(platform: Platform, count: number): Flags {
  const { posix } = platform;
  const memory = platform.memory(2 * FLAG_BYTES);
  const pair = new Int32Array(memory.bytes.buffer);
  const address = kept(memory.address);
  const fds: number[] = [];
  const writers: number[] = [];
  const close = () => {
    for (const fd of [...fds, ...writers]) posix.close(fd);
    memory.free();
  };
  for (let i = 0; i < count; i++) {
    if (posix.pipe(address[0]) < 0) throw noMore(platform, 'pipe', i, close);
    fds.push(pair[0]!);
    writers.push(pair[1]!);
  }
  return {
    fds,
    raise: index => void posix.write(writers[index]!, address[0], 1),
    lower: index => Math.max(0, posix.read(fds[index]!, address[0], FLAG_BYTES)),
    close,
  };
}

function noMore(platform: Platform, call: string, made: number, close: () => void): Error {
  const name = platform.errnoName(platform.errno());
  close();
  if (name !== 'EMFILE' && name !== 'ENFILE') return new SystemCallError(call, name);
  return new Unsupported(`${call}: ${name} after ${made}`, RAISE, name);
}

const RAISE =
  'raise the limit (limits.conf(5), or LimitNOFILE= of the service), or --set descriptors=N';

/** Raise this process's own limit as far as it must be. Throws Unsupported where it may not. */
function allowDescriptors(linux: LinuxCalls, platform: Platform, count: number): void {
  const needed = count + readdirSync('/proc/self/fd').length + SPARE;
  const memory = platform.memory(RLIMIT_BYTES);
  const words = new BigUint64Array(memory.bytes.buffer);
  linux.prlimit(THIS_PROCESS, RLIMIT_NOFILE, 0, memory.address);
  const [soft, hard] = [Number(words[0]), Number(words[1])];
  if (soft < needed && hard >= needed) {
    words[0] = words[1]!;
    linux.prlimit(THIS_PROCESS, RLIMIT_NOFILE, memory.address, 0);
  }
  memory.free();
  if (hard >= needed) return;
  const limit = `this user may open ${hard} (ulimit -Hn)`;
  throw new Unsupported(
    `${count} watched descriptors need ${needed}, and ${limit}`,
    RAISE,
    'EMFILE',
  );
}
