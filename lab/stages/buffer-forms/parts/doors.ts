// The two ways through which a full buffer leaves the program: a call that returns when the disk has it,
// and a queue that takes it and tells later.
import { Ring } from '../../../drivers/parts/ring.ts';
import { SystemCallError, Unsupported } from '../../../errors.ts';
import { EINTR, IORING_OP_WRITE } from '../../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';

export interface Opening {
  readonly platform: Platform;
  readonly fd: number;
  /** All slots, one behind the other. */
  readonly memory: Memory;
  readonly slot_bytes: number;
  /** Called when a slot's write has ended well. */
  readonly done: (slot: number) => void;
}

export interface Door {
  readonly syscalls: number;
  /** A slot that may be filled; waits where all of them are under way. */
  take(): number;
  /** Hand over the first `length` bytes of the slot. Throws SystemCallError. */
  send(slot: number, length: number, offset: number): void;
  /** Returns when nothing is under way; throws SystemCallError then, where a write failed. */
  drain(): void;
  /** After `drain`. */
  close(): void;
}

/** One slot, and a call that returns when the write has ended. */
export function synchronousDoor({ platform, fd, memory, done }: Opening): Door {
  const { posix, errno, errnoName } = platform;
  let syscalls = 0;
  return {
    get syscalls() {
      return syscalls;
    },
    take: () => 0,
    send(slot, length, offset) {
      syscalls++;
      const moved = posix.pwrite(fd, memory.address, length, offset);
      if (moved !== length)
        throw new SystemCallError('pwrite', moved < 0 ? errnoName(errno()) : 'EIO');
      done(slot);
    },
    drain() {},
    close() {},
  };
}

/** As many slots as the memory holds, each under way by itself: the program waits only for a free one. */
export function asynchronousDoor({ platform, fd, memory, slot_bytes, done }: Opening): Door {
  if (!platform.linux) throw new Unsupported('io_uring is Linux’s', 'run it on Linux');
  const slots = memory.length / slot_bytes;
  const ring = new Ring(platform, slots, 0);
  const address = (slot: number) => memory.address + slot * slot_bytes;
  const low = Uint32Array.from({ length: slots }, (_, slot) => address(slot) >>> 0);
  const high = Uint32Array.from({ length: slots }, (_, slot) => address(slot) / 2 ** 32);
  const lengths = new Uint32Array(slots);
  const free = Array.from({ length: slots }, (_, slot) => slot);
  let syscalls = 0;

  const enter = (min: number) => {
    syscalls++;
    const taken = ring.enter(min);
    if (taken < 0 && taken !== -EINTR) {
      throw new SystemCallError('io_uring_enter', platform.errnoName(-taken));
    }
  };
  /** Take what has ended; first wait for one where none has. */
  const collect = (): void => {
    while (ring.ready() === 0) enter(1);
    const ready = ring.ready();
    let failed: SystemCallError | undefined;
    for (let k = 0; k < ready; k++) {
      const slot = ring.userData(k);
      const result = ring.result(k);
      free.push(slot);
      if (result === lengths[slot]) done(slot);
      else {
        const name = result < 0 ? platform.errnoName(-result) : 'EIO';
        failed = new SystemCallError('io_uring write', name);
      }
    }
    ring.advance(ready);
    if (failed) throw failed;
  };
  return {
    get syscalls() {
      return syscalls;
    },
    take() {
      if (free.length === 0 || ring.ready() > 0) collect();
      return free.pop()!;
    },
    send(slot, length, offset) {
      lengths[slot] = length;
      ring.prepare(IORING_OP_WRITE, fd, offset, low[slot]!, high[slot]!, length, slot);
      while (ring.queued() > 0) enter(0);
    },
    drain() {
      let failed: unknown;
      while (free.length < slots) {
        try {
          collect();
        } catch (error) {
          failed = error;
        }
      }
      if (failed) throw failed;
    },
    close: () => ring.close(),
  };
}
