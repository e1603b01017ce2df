// What the program waits for: a block of the lab's file, read from the disk, or the kernel's timer, which
// stands for a device that takes a fixed time (timerfd_create(2): its read returns when it has expired).

import { openTarget } from '../../../drivers/parts/open.ts';
import { SystemCallError, Unsupported } from '../../../errors.ts';
import { CLOCK_MONOTONIC, O_CLOEXEC } from '../../../ffi/linux/constants.ts';
import type { LinuxCalls, Memory } from '../../../ffi/platform.ts';
import { createRandom, randomInt } from '../../../measure/random.ts';
import { type StageContext, whole } from '../../stage.ts';

const BLOCK_BYTES = 4096;
const TIMER_BYTES = 8;
const PAGE_BYTES = 4096;
/** What read(2) takes for "where the descriptor stands": a timer has no places. */
export const NO_OFFSET = -1;

/** One read at a time, of `length` bytes into `memory`. */
export interface Operation {
  readonly fd: number;
  readonly memory: Memory;
  readonly length: number;
  /** Makes the next read one that must be waited for. Returns its offset. */
  begin(): number;
  /** Throws Error where the bytes are not those that were asked for. */
  check(result: number): void;
  /** After the last read has ended. */
  close(): void;
}

/** Throws SystemCallError, Unsupported. */
export function openOperation(context: StageContext): Operation {
  return context.target.kind === 'block' ? openFile(context) : openTimer(context);
}

/** Blocks of the file at random, each of which carries its own number (lab/devices/file.ts). */
function openFile(context: StageContext): Operation {
  const { platform, target, seed } = context;
  const fd = openTarget(context, false);
  const memory = platform.memory(PAGE_BYTES);
  const words = new Uint32Array(memory.bytes.buffer);
  const random = createRandom(seed);
  const blocks = Math.floor((target.bytes ?? 0) / BLOCK_BYTES);
  let block = 0;
  return {
    fd,
    memory,
    length: BLOCK_BYTES,
    begin() {
      block = randomInt(random, 0, blocks);
      return block * BLOCK_BYTES;
    },
    check(result) {
      if (result !== BLOCK_BYTES) throw failed(context, result);
      if (words[0] !== block) throw new Error(`read block ${words[0]} instead of ${block}`);
      words[0] = ~block;
    },
    close: () => closeBoth(context, fd, memory),
  };
}

function openTimer(context: StageContext): Operation {
  const { platform, parameters } = context;
  const linux = linuxOf(context);
  const fd = linux.timerfd_create(CLOCK_MONOTONIC, O_CLOEXEC);
  if (fd < 0) throw new SystemCallError('timerfd_create', platform.errnoName(platform.errno()));
  const memory = platform.memory(PAGE_BYTES);
  const expired = new Uint32Array(memory.bytes.buffer);
  // struct itimerspec: seconds and nanoseconds of the interval, then of the first time.
  const time = platform.memory(PAGE_BYTES);
  const answer_ns = 1000 * whole(parameters, 'answer_us');
  const words = new Uint32Array(time.bytes.buffer);
  words[4] = Math.floor(answer_ns / 1e9);
  words[6] = answer_ns % 1e9;
  return {
    fd,
    memory,
    length: TIMER_BYTES,
    begin() {
      linux.timerfd_settime(fd, 0, time.address, 0);
      return NO_OFFSET;
    },
    check(result) {
      if (result !== TIMER_BYTES) throw failed(context, result);
      if (expired[0] !== 1)
        throw new Error(`the timer expired ${expired[0]} times instead of once`);
      expired[0] = 0;
    },
    close() {
      time.free();
      closeBoth(context, fd, memory);
    },
  };
}

function closeBoth({ platform }: StageContext, fd: number, memory: Memory): void {
  platform.posix.close(fd);
  memory.free();
}

/** Throws Unsupported. */
export function linuxOf({ platform }: StageContext): LinuxCalls {
  if (platform.linux) return platform.linux;
  throw new Unsupported('it is staged with calls of Linux', 'run it there');
}

const failed = ({ platform }: StageContext, result: number): Error =>
  result < 0
    ? new SystemCallError('read', platform.errnoName(-result))
    : new Error(`the read brought ${result} bytes`);
