// What both forms on io_uring do alike: two sockets and the messages' memory are registered in a ring,
// and everything is drained before that memory goes back (io_uring_register(2)).
//
// The memory is the first registered buffer, which an entry names where it names none.
import { Ring } from '../../../drivers/parts/ring.ts';
import { SystemCallError } from '../../../errors.ts';
import {
  EINTR,
  IORING_ASYNC_CANCEL_ALL,
  IORING_ASYNC_CANCEL_ANY,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_WRITE_FIXED,
  IORING_REGISTER_BUFFERS,
  IORING_REGISTER_FILES,
  IOSQE_FIXED_FILE,
} from '../../../ffi/linux/constants.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { type Line, MESSAGE_BYTES, MOST_BURST, openLine } from './line.ts';

/** Registered files go by their place in the list; the flag stands in the entry's first word. */
export const FIXED = IOSQE_FIXED_FILE << 8;
export const SENDER = 0;
export const RECEIVER = 1;
/** Entries' own numbers: messages sent count from here, what is received stays below. */
export const SENT = 0x1000;
const CANCEL = 0x7fffffff;
const LOST_AFTER_NS = 1e9;

export class BurstRing {
  readonly ring: Ring;
  readonly line: Line;
  /** io_uring_enter calls made. */
  calls = 0;
  readonly #platform: Platform;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;

  /** Throws Unsupported where the ring, or what it is to register, is refused. */
  constructor(platform: Platform, places: number) {
    this.#platform = platform;
    // A burst of sends and one of receives, and a completion for each.
    this.ring = new Ring(platform, 2 * MOST_BURST, 0);
    this.line = openLine(platform, places);
    const { outgoing, sender, receiver } = this.line;
    this.#low = Uint32Array.from({ length: MOST_BURST }, (_, i) => outgoing.address(i) >>> 0);
    this.#high = Uint32Array.from({ length: MOST_BURST }, (_, i) => outgoing.address(i) / 2 ** 32);
    const { address, length } = this.line.memory;
    try {
      this.ring.register(IORING_REGISTER_FILES, Int32Array.of(sender, receiver), 2);
      const vector = BigUint64Array.of(BigInt(address), BigInt(length));
      this.ring.register(IORING_REGISTER_BUFFERS, vector, 1);
    } catch (error) {
      this.ring.close();
      this.line.close();
      throw error;
    }
  }

  /** Prepare the sending of a place out of the registered memory. */
  send(place: number): void {
    this.ring.prepare(
      IORING_OP_WRITE_FIXED | FIXED,
      SENDER,
      0,
      this.#low[place]!,
      this.#high[place]!,
      MESSAGE_BYTES,
      SENT + place,
    );
  }

  /** One call: hand over what is prepared, and wait for `wanted` completions. Throws what refused. */
  enter(wanted: number): number {
    const { ring } = this;
    const deadline_ns = this.#platform.now() + LOST_AFTER_NS;
    while (ring.ready() < wanted || ring.queued() > 0) {
      this.calls++;
      const taken = ring.enter(wanted, deadline_ns);
      if (taken >= 0 || taken === -EINTR) continue;
      throw new SystemCallError('io_uring_enter', this.#platform.errnoName(-taken));
    }
    return ring.ready();
  }

  /** A completion's result, which must be a whole message. */
  checkResult(k: number): void {
    const result = this.ring.result(k);
    if (result === MESSAGE_BYTES) return;
    const name = result < 0 ? this.#platform.errnoName(-result) : 'EMSGSIZE';
    const what = this.ring.userData(k) >= SENT ? 'send' : 'receive';
    throw new SystemCallError(`io_uring ${what}`, name);
  }

  /** Cancel `pending` operations, wait for their ends, close. Returns whether none is left. */
  close(pending: number): boolean {
    const { ring } = this;
    const everything = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
    const deadline_ns = this.#platform.now() + LOST_AFTER_NS;
    ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0, 0, CANCEL, everything);
    let left = pending + 1;
    while (left > 0 && this.#platform.now() < deadline_ns) {
      const taken = ring.enter(1, deadline_ns);
      const ready = ring.ready();
      left -= ready;
      ring.advance(ready);
      if (taken < 0 && taken !== -EINTR) break;
    }
    ring.close();
    // What the kernel may still write to stays mapped for good: a leak beats a corruption.
    if (left <= 0) this.line.close();
    return left <= 0;
  }
}
