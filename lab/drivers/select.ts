// select(2): like poll, but the descriptors are bits of a set that the kernel overwrites with its
// answer. The usual limit of 1024 is the size of the C library's fd_set, not the kernel's: with a set
// of our own, as long as the descriptor's number asks for, there is none.
import { EINTR } from '../ffi/linux/constants.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { Duration } from './parts/duration.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { kept, Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'select',
  title: 'select',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'two system calls per event, and a set to fill and search that is as long as the highest descriptor',
  needs: 'a descriptor that knows readiness',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/select.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

/** The kernel reads and writes sets in whole words of its own. */
const WORD_BITS = 64;
const NO_SET = 0;

class Select extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #set: Memory;
  readonly #address: readonly [number, null];
  readonly #words: Uint32Array;
  readonly #timeout: Duration;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#fd = openTarget(context, true);
    this.#set = this.platform.memory((Math.floor(this.#fd / WORD_BITS) + 1) * (WORD_BITS / 8));
    this.#address = kept(this.#set.address);
    this.#words = new Uint32Array(this.#set.bytes.buffer);
    this.#timeout = new Duration(this.platform, 1000);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.pending > 0) {
      const ready = this.#select(deadline_ns);
      if (ready === 0) break;
      if (ready > 0) this.drain(this.#fd);
      else if (this.platform.errno() !== EINTR) this.finishOldest(-this.platform.errno());
    }
    return this.take();
  }

  #select(deadline_ns: number): number {
    // The last answer stands where the question was, so the bit is set anew each time.
    this.#words[this.#fd >> 5] = 1 << (this.#fd & 31);
    const forever = deadline_ns === Number.POSITIVE_INFINITY;
    if (!forever) this.#timeout.set(deadline_ns - this.platform.now());
    const set = this.#address[0];
    const reads = this.operations.opcode[this.oldest()] === READ;
    this.counters.syscalls++;
    this.counters.polls++;
    return this.platform.linux!.select(
      this.#fd + 1,
      reads ? set : NO_SET,
      reads ? NO_SET : set,
      NO_SET,
      forever ? 0 : this.#timeout.address[0],
    );
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#timeout.free();
    this.#set.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new Select(context).close()),
  open: async context => new Select(context),
};
