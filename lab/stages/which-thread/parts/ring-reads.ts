// Reads by io_uring, as many in flight as were asked for, and the threads that the kernel makes for them: they
// stand among this process' own (io_uring_register(2), IORING_REGISTER_IOWQ_MAX_WORKERS).
import { Ring, withFlags } from '../../../drivers/parts/ring.ts';
import { TimedOut, Unsupported } from '../../../errors.ts';
import { IORING_OP_READ } from '../../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';

const READ_BYTES = 8;
const LIMIT_NS = 20e9;

export class RingReads {
  readonly #platform: Platform;
  readonly #ring: Ring;
  readonly #memory: Memory;
  #in_flight = 0;

  /** Throws Unsupported. */
  constructor(platform: Platform, entries: number) {
    if (!platform.linux) throw new Unsupported('io_uring exists on Linux only', 'run it on Linux');
    this.#platform = platform;
    this.#ring = new Ring(platform, entries, 0);
    this.#memory = platform.memory(entries * READ_BYTES);
  }

  /** All of them by one call; `flags` are IOSQE_…. */
  begin(descriptors: readonly number[], offset: number, flags = 0): void {
    for (const [i, fd] of descriptors.entries()) {
      const address = this.#memory.address + i * READ_BYTES;
      const opcode = withFlags(IORING_OP_READ, flags);
      const [low, high] = [address >>> 0, Math.floor(address / 2 ** 32)];
      this.#ring.prepare(opcode, fd, offset, low, high, READ_BYTES, i);
    }
    this.#in_flight += descriptors.length;
    this.#ring.enter(0);
  }

  /** Those that have not ended yet. */
  get in_flight(): number {
    return this.#in_flight - this.#ring.ready();
  }

  /** Wait until all have. Returns how many came with an error. */
  collect(): number {
    const deadline_ns = this.#platform.now() + LIMIT_NS;
    let failed = 0;
    while (this.#in_flight > 0) {
      if (this.#platform.now() > deadline_ns) throw new TimedOut('a read never ended');
      if (this.#ring.ready() === 0) this.#ring.enter(1, deadline_ns);
      for (let ready = this.#ring.ready(); ready > 0; ready--) {
        if (this.#ring.result(0) < 0) failed++;
        this.#ring.advance(1);
        this.#in_flight--;
      }
    }
    return failed;
  }

  close(): void {
    this.#ring.close();
    if (this.#in_flight === 0) this.#memory.free();
  }
}
