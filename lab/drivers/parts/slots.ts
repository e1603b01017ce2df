// What every driver shares: the arena of slots, the list of pending slots and the list of finished
// ones, all allocated once. A slot is the caller's again only when its completion was seen, so no
// memory the kernel may still write to is ever reused or collected.
import { EAGAIN, EINTR } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import {
  type Completions,
  type Counters,
  type OpenContext,
  type Operations,
  READ,
  WRITE,
} from '../driver.ts';

/**
 * Bytes from one slot to the next: O_DIRECT wants addresses aligned to the device's block, and whole
 * pages always are (open(2)).
 */
export const strideOf = (slot_bytes: number): number => Math.ceil(slot_bytes / 4096) * 4096;

export class Slots {
  readonly operations: Operations;
  readonly completions: Completions;
  readonly counters: Counters = { syscalls: 0, polls: 0 };
  /** Completions since the last `take`. */
  finished = 0;
  /** Slots submitted and not finished. */
  pending = 0;
  readonly depth: number;
  /** The slots' addresses, in two words each. */
  readonly addresses_low: Uint32Array;
  readonly addresses_high: Uint32Array;
  protected readonly platform: Platform;
  readonly #arena: Memory;
  readonly #stride: number;
  readonly #views: Uint8Array[];
  /** With a null at the end, so that the engine keeps boxed numbers and boxes none per call. */
  readonly #addresses: (number | null)[];
  readonly #queue: Uint32Array;
  readonly #block: boolean;
  #head = 0;
  #taken = false;

  /** `arena` takes the place of mapped memory where another thread of Node's fills the slots. */
  constructor(context: OpenContext, arena?: Memory) {
    const { depth, slot_bytes, platform } = context;
    this.depth = depth;
    this.platform = platform;
    this.#block = context.target.kind === 'block';
    this.#stride = strideOf(slot_bytes);
    this.#arena = arena ?? platform.memory(this.#stride * depth);
    const view = (slot: number) =>
      this.#arena.bytes.subarray(slot * this.#stride, slot * this.#stride + slot_bytes);
    const address = (slot: number) => this.#arena.address + slot * this.#stride;
    this.#addresses = [...Array.from({ length: depth }, (_, slot) => address(slot)), null];
    this.addresses_low = Uint32Array.from({ length: depth }, (_, slot) => address(slot) >>> 0);
    this.addresses_high = Uint32Array.from({ length: depth }, (_, slot) => address(slot) / 2 ** 32);
    this.#views = Array.from({ length: depth }, (_, slot) => view(slot));
    this.operations = {
      opcode: new Uint8Array(depth),
      offset_bytes: new Float64Array(depth),
      length_bytes: new Uint32Array(depth).fill(slot_bytes),
    };
    this.completions = {
      slot: new Uint32Array(depth),
      result: new Int32Array(depth),
      time_ns: new Float64Array(depth),
    };
    this.#queue = new Uint32Array(depth);
  }

  slot(index: number): Uint8Array {
    return this.#views[index]!;
  }

  address(slot: number): number {
    return this.#addresses[slot]!;
  }

  /** Slots that can be accepted: neither pending nor finished and still to be collected. */
  room(): number {
    return this.depth - this.pending - this.ready();
  }

  /** Remember a slot as pending, behind those already there. */
  enqueue(slot: number): void {
    this.#queue[(this.#head + this.pending) % this.depth] = slot;
    this.pending++;
  }

  /** The slot that has waited longest. */
  oldest(): number {
    return this.#queue[this.#head]!;
  }

  /** The oldest pending slot is finished with `result`, now. */
  finishOldest(result: number): void {
    const slot = this.#queue[this.#head]!;
    this.#head = (this.#head + 1) % this.depth;
    this.pending--;
    this.finish(slot, result);
  }

  /**
   * `slot` is finished with `result` (bytes, or a negated errno), now; or `together` with the one
   * before, which was seen in the same look.
   */
  finish(slot: number, result: number, together = false): void {
    if (this.#taken) {
      this.#taken = false;
      this.finished = 0;
    }
    const { completions, finished } = this;
    completions.slot[finished] = slot;
    completions.result[finished] = result;
    if (together && finished > 0)
      completions.time_ns[finished] = completions.time_ns[finished - 1]!;
    else this.platform.stamp(completions.time_ns, finished);
    this.finished = finished + 1;
  }

  /** Hand the finished ones to the caller: returns how many. */
  take(): number {
    if (this.#taken) return 0;
    this.#taken = true;
    return this.finished;
  }

  /** How many are finished and not yet handed over. */
  ready(): number {
    return this.#taken ? 0 : this.finished;
  }

  /** One system call that moves the slot's bytes. Returns bytes, or a negated errno. */
  transfer(fd: number, slot: number): number {
    const { posix } = this.platform;
    const { operations, counters } = this;
    const address = this.address(slot);
    const length = operations.length_bytes[slot]!;
    const read = operations.opcode[slot] === READ;
    // errno(3) belongs to the thread, and the engine may make a call of its own (collecting, compiling)
    // between a failure and our question: one in many millions was answered with ENOENT, which read(2)
    // cannot say. So a failure counts when it is answered twice alike; asking again moves nothing.
    let before = 0;
    for (;;) {
      counters.syscalls++;
      let moved: number;
      if (this.#block) {
        const offset = operations.offset_bytes[slot]!;
        moved = read
          ? posix.pread(fd, address, length, offset)
          : posix.pwrite(fd, address, length, offset);
      } else {
        moved = read ? posix.read(fd, address, length) : posix.write(fd, address, length);
      }
      if (moved >= 0) return moved;
      const errno = this.platform.errno();
      if (errno === EAGAIN || errno === before) return -errno;
      if (errno !== EINTR) before = errno;
    }
  }

  /** Finish pending slots, oldest first, until the device has no more to give or take. */
  drain(fd: number): void {
    while (this.pending > 0) {
      const result = this.transfer(fd, this.oldest());
      if (result === -EAGAIN) return;
      this.finishOldest(result);
    }
  }

  /**
   * Accept slots for a driver that waits for readiness. Writes are tried at once, as every program
   * does: a line is nearly always ready to take bytes.
   */
  accept(slots: Uint32Array, count: number, fd: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) this.enqueue(slots[i]!);
    if (this.pending > 0 && this.operations.opcode[this.oldest()] === WRITE) this.drain(fd);
    return accepted;
  }

  /** Unmap the arena. Only a driver with nothing in flight may. */
  free(): void {
    this.pending = 0;
    this.#arena.free();
  }
}

/**
 * An address to be passed at every call, as `kept(address)[0]`: loaded from a field it would be
 * boxed anew each time; an array that also holds a null keeps it boxed once.
 */
export const kept = (address: number): readonly [number, null] => [address, null];

/** Milliseconds until `deadline_ns` for poll(2) and epoll_wait(2), rounded up; −1 waits for ever. */
export function timeoutMilliseconds(platform: Platform, deadline_ns: number): number {
  if (deadline_ns === Number.POSITIVE_INFINITY) return -1;
  return Math.max(0, Math.min(2 ** 30, Math.ceil((deadline_ns - platform.now()) / 1e6)));
}
