// POSIX AIO (aio(7)): a control block for every slot, which belongs to the C library from the start of an
// operation to its end. glibc has threads of its own that read and write in the program's place, twenty
// at most, and gives one descriptor to one of them only: what waits on it is served in order, whatever
// the depth. A thread that sleeps in read(2) cannot be cancelled, so closing has a way to wake it.
import { F_SETFL, O_NONBLOCK } from '../../ffi/linux/constants.ts';
import {
  AIOCB_BUFFER,
  AIOCB_BYTES,
  AIOCB_FD,
  AIOCB_LENGTH,
  AIOCB_OFFSET,
  AIOCB_SIGEV_FUNCTION,
  AIOCB_SIGEV_NOTIFY,
  AIOCB_SIGEV_VALUE,
} from '../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';
import { type OpenContext, READ } from '../driver.ts';
import { openTarget } from './open.ts';
import type { Slots } from './slots.ts';

export const descriptors = {
  meaning:
    'one: for all operations, which the pool then serves one after the other; each: one for every slot of a block device, so that the pool’s threads work side by side',
  default: 'one',
  values: ['one', 'each'],
} as const;

/** How the end of an operation is told (sigevent(3type)). */
export interface Notification {
  /** SIGEV_NONE or SIGEV_THREAD. */
  readonly notify: number;
  /** Address of the function that a new thread calls with the slot's number. */
  readonly function_address?: number;
}

const WORDS = AIOCB_BYTES / 4;

export class AioRequests {
  /** Addresses of the control blocks, in two words each. */
  readonly addresses_low: Uint32Array;
  readonly addresses_high: Uint32Array;
  readonly #platform: Platform;
  readonly #linux: LinuxCalls;
  readonly #slots: Slots;
  readonly #stream: boolean;
  readonly #memory: Memory;
  readonly #blocks: Uint32Array;
  /** With a null at the end, so that the engine keeps boxed numbers and boxes none per call. */
  readonly #addresses: (number | null)[];
  readonly #fds: number[] = [];

  /** Opens the target. Throws SystemCallError. */
  constructor(context: OpenContext, slots: Slots, notification: Notification) {
    const { platform, depth, target, parameters } = context;
    this.#platform = platform;
    this.#linux = platform.linux!;
    this.#slots = slots;
    this.#stream = target.kind !== 'block';
    const count = parameters.descriptors === 'each' && !this.#stream ? depth : 1;
    try {
      while (this.#fds.length < count) this.#fds.push(openTarget(context, false));
    } catch (error) {
      for (const fd of this.#fds) platform.posix.close(fd);
      throw error;
    }
    this.#memory = platform.memory(AIOCB_BYTES * depth);
    this.#blocks = new Uint32Array(this.#memory.bytes.buffer);
    const address = (slot: number) => this.#memory.address + slot * AIOCB_BYTES;
    this.#addresses = [...Array.from({ length: depth }, (_, slot) => address(slot)), null];
    this.addresses_low = Uint32Array.from({ length: depth }, (_, slot) => address(slot) >>> 0);
    this.addresses_high = Uint32Array.from({ length: depth }, (_, slot) => address(slot) / 2 ** 32);
    for (let slot = 0; slot < depth; slot++) this.#fill(slot, notification);
  }

  /** What stays the same from operation to operation. */
  #fill(slot: number, { notify, function_address = 0 }: Notification): void {
    const at = slot * WORDS;
    const { addresses_low, addresses_high } = this.#slots;
    this.#blocks[at + AIOCB_FD / 4] = this.#fds[slot % this.#fds.length]!;
    this.#blocks[at + AIOCB_BUFFER / 4] = addresses_low[slot]!;
    this.#blocks[at + AIOCB_BUFFER / 4 + 1] = addresses_high[slot]!;
    this.#blocks[at + AIOCB_SIGEV_VALUE / 4] = slot;
    this.#blocks[at + AIOCB_SIGEV_NOTIFY / 4] = notify;
    this.#blocks[at + AIOCB_SIGEV_FUNCTION / 4] = function_address >>> 0;
    this.#blocks[at + AIOCB_SIGEV_FUNCTION / 4 + 1] = function_address / 2 ** 32;
  }

  /** False where the C library takes no more now. */
  start(slot: number): boolean {
    const { opcode, offset_bytes, length_bytes } = this.#slots.operations;
    const blocks = this.#blocks;
    const at = slot * WORDS;
    blocks[at + AIOCB_LENGTH / 4] = length_bytes[slot]!;
    if (!this.#stream) {
      // A 64-bit field as two words: no BigInt on this path.
      const offset = offset_bytes[slot]!;
      blocks[at + AIOCB_OFFSET / 4] = offset >>> 0;
      blocks[at + AIOCB_OFFSET / 4 + 1] = (offset / 2 ** 32) >>> 0;
    }
    const { aio_read, aio_write } = this.#linux;
    const block = this.#addresses[slot]!;
    return (opcode[slot] === READ ? aio_read(block) : aio_write(block)) === 0;
  }

  /** EINPROGRESS while it runs, afterwards its errno, or 0 where it ended well. */
  errno(slot: number): number {
    return this.#linux.aio_error(this.#addresses[slot]!);
  }

  /** Of one that has ended with `errno`: bytes, or a negated errno. To be asked once. */
  result(slot: number, errno: number): number {
    const moved = this.#linux.aio_return(this.#addresses[slot]!);
    return errno === 0 ? moved : -errno;
  }

  /**
   * Cancel what waits. A read that sleeps on a stream is interrupted and begins anew, on a descriptor
   * that does not wait any more: it ends with EAGAIN.
   */
  cancel(): void {
    for (const fd of this.#fds) this.#linux.aio_cancel(fd, 0);
    if (!this.#stream) return;
    this.#linux.fcntl(this.#fds[0]!, F_SETFL, O_NONBLOCK);
    this.#linux.interruptThreads();
  }

  /** Close the descriptors. The control blocks go only where nothing runs any more. */
  close(drained: boolean): void {
    for (const fd of this.#fds) this.#platform.posix.close(fd);
    if (drained) this.#memory.free();
  }
}
