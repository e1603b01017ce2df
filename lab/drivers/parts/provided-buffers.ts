// Buffers that the kernel chooses from (IORING_REGISTER_PBUF_RING): the program offers them in a ring of
// their own, and an operation takes one when it has data, not before. What is filled is dealt out in the
// order in which it came. Source: io_uring_register(2), struct io_uring_buf_ring in linux/io_uring.h.
import { IORING_REGISTER_PBUF_RING } from '../../ffi/linux/constants.ts';
import {
  URING_BUF_BYTES,
  URING_BUF_ID,
  URING_BUF_REG_BYTES,
  URING_BUF_TAIL,
} from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { Ring } from './ring.ts';

/** Entries name the group that they take a buffer from; there is one. */
export const GROUP = 0;
const WORDS = URING_BUF_BYTES / 4;
const HALVES = URING_BUF_BYTES / 2;

export interface Place {
  /** The memory that the buffers are part of, and where in it they begin. */
  readonly arena: Memory;
  readonly from: number;
  /** One every so many bytes, of so many bytes; their number is a power of two. */
  readonly stride: number;
  readonly length: number;
  readonly count: number;
}

export class ProvidedBuffers {
  readonly #place: Place;
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  readonly #halves: Uint16Array;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;
  #tail = 0;
  /** Filled buffers, a queue, and the bytes in each. */
  readonly #ids: Uint16Array;
  readonly #lengths: Uint32Array;
  #first = 0;
  #filled = 0;
  /** Bytes of the first one that were dealt out before. */
  #dealt = 0;

  /** Offers them all. Throws Unsupported. */
  constructor(platform: Platform, ring: Ring, place: Place) {
    const { arena, from, stride, count } = place;
    const address = (id: number) => arena.address + from + id * stride;
    this.#place = place;
    this.#ids = new Uint16Array(count);
    this.#lengths = new Uint32Array(count);
    this.#low = Uint32Array.from({ length: count }, (_, id) => address(id) >>> 0);
    this.#high = Uint32Array.from({ length: count }, (_, id) => address(id) / 2 ** 32);
    this.#memory = platform.memory(count * URING_BUF_BYTES);
    this.#words = new Uint32Array(this.#memory.bytes.buffer);
    this.#halves = new Uint16Array(this.#memory.bytes.buffer);
    const registration = new BigUint64Array(URING_BUF_REG_BYTES / 8);
    registration[0] = BigInt(this.#memory.address);
    // In the upper half stands the group.
    registration[1] = BigInt(count) | (BigInt(GROUP) << 32n);
    try {
      ring.register(IORING_REGISTER_PBUF_RING, registration, 1);
    } catch (error) {
      this.#memory.free();
      throw error;
    }
    for (let id = 0; id < count; id++) this.#offer(id);
  }

  /** The kernel may fill the buffer, from now on. */
  #offer(id: number): void {
    const { count, length } = this.#place;
    const at = this.#tail & (count - 1);
    this.#words[at * WORDS] = this.#low[id]!;
    this.#words[at * WORDS + 1] = this.#high[id]!;
    this.#words[at * WORDS + 2] = length;
    // Not as a whole word: the first entry's other half is the ring's tail.
    this.#halves[at * HALVES + URING_BUF_ID / 2] = id;
    this.#tail = (this.#tail + 1) & 0xffff;
    Atomics.store(this.#halves, URING_BUF_TAIL / 2, this.#tail);
  }

  /** The kernel has put `length` bytes into the buffer. */
  filled(id: number, length: number): void {
    const at = (this.#first + this.#filled) % this.#ids.length;
    this.#ids[at] = id;
    this.#lengths[at] = length;
    this.#filled++;
  }

  /**
   * Copy up to `most` bytes of the oldest filled buffer to `to`, a place in the same memory, so that no
   * view is made. Returns how many, 0 where none is filled. An empty buffer is offered again.
   */
  deal(to: number, most: number): number {
    if (this.#filled === 0) return 0;
    const { arena, from, stride } = this.#place;
    const id = this.#ids[this.#first]!;
    const left = this.#lengths[this.#first]! - this.#dealt;
    const length = Math.min(most, left);
    const source = from + id * stride + this.#dealt;
    arena.bytes.copyWithin(to, source, source + length);
    this.#dealt += length;
    if (length === left) {
      this.#dealt = 0;
      this.#first = (this.#first + 1) % this.#ids.length;
      this.#filled--;
      this.#offer(id);
    }
    return length;
  }

  /** Only once nothing can take a buffer any more. */
  free(): void {
    this.#memory.free();
  }
}
