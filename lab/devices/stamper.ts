// Sends stamped messages on a schedule: the other side of the fifo, the terminals and the socket. Open
// loop: a slow reader shows as latency and not as a gentler schedule. Only a full pipe holds it up: that wait
// is latency of the message that waits, and lateness (`stimulus_late_ns`) of those behind it.
import type { Memory, Platform } from '../ffi/platform.ts';
import type { Stimulus } from './device.ts';
import { descriptorOutlet, type Outlet } from './parts/outlet.ts';
import { EPOCH, INTENDED_NS, SENT_NS, SEQUENCE, STAMP_BYTES } from './stamp.ts';

/** Most of the warm-up only has to be many; its end is paced, so that readers also wait. */
const WARMUP_GAP_NS = 40_000;
const PACED_WARMUP_GAP_NS = 250_000;
const PACED_WARMUP = 250;
/** Quiet before the first counted message, so that the warm-up has been read and accounted. */
const SETTLE_NS = 30_000_000;

/** How a message goes over a line that does not take any byte as it is. */
export interface Encoding {
  /** Writes what is to be sent for `message`; returns how many bytes that are. */
  readonly encode: (message: Uint8Array, into: Uint8Array) => number;
  /** The most bytes of one message. */
  readonly longest: number;
}

const plain: Encoding = {
  encode: (message, into) => {
    into.set(message);
    return message.length;
  },
  longest: STAMP_BYTES,
};

export class Stamper {
  readonly #platform: Platform;
  readonly #to: Outlet;
  readonly #fields = new Float64Array(STAMP_BYTES / 8);
  readonly #message = new Uint8Array(this.#fields.buffer);
  readonly #line: Memory;
  readonly #encode: Encoding['encode'];

  /** `to` is an outlet, which is freed with the stamper, or a descriptor that does not block. */
  constructor(platform: Platform, to: number | Outlet, { encode, longest }: Encoding = plain) {
    this.#platform = platform;
    this.#to = typeof to === 'number' ? descriptorOutlet(platform, to) : to;
    this.#line = platform.memory(longest);
    this.#encode = encode;
  }

  /** Blocks this thread until the last message is out. Throws TimedOut or DeviceGone. */
  send(stimulus: Stimulus): void {
    const { now, sleepUntil } = this.#platform;
    let intended = now() + WARMUP_GAP_NS;
    for (let i = stimulus.warmup; i > 0; i--) {
      sleepUntil(intended);
      this.#write(intended, -i, stimulus.epoch);
      intended += i > PACED_WARMUP ? WARMUP_GAP_NS : PACED_WARMUP_GAP_NS;
    }
    const start = now() + SETTLE_NS;
    const { offsets_ns } = stimulus;
    for (let i = 0; i < offsets_ns.length; i++) {
      intended = start + offsets_ns[i]!;
      sleepUntil(intended);
      this.#write(intended, i, stimulus.epoch);
    }
  }

  #write(intended_ns: number, sequence: number, epoch: number): void {
    this.#fields[INTENDED_NS] = intended_ns;
    this.#fields[SEQUENCE] = sequence;
    this.#fields[EPOCH] = epoch;
    // Once, before the first attempt: where the pipe is full, waiting for its reader is the reader's latency.
    this.#fields[SENT_NS] = this.#platform.now();
    const length = this.#encode(this.#message, this.#line.bytes);
    for (let sent = 0; sent < length; )
      sent += this.#to.write(this.#line.address + sent, length - sent);
  }

  free(): void {
    this.#line.free();
    this.#to.free();
  }
}
