// poll(2): sleep until one of a list of descriptors can be read or written, then do it. The list is
// handed over afresh at every call, so the cost grows with its length.
import { EINTR, POLLIN, POLLOUT } from '../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../ffi/linux/structs.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { kept, Slots, timeoutMilliseconds } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'poll',
  title: 'poll',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux', 'darwin'],
  cost: 'two system calls per event: one that sleeps until ready, one that moves the bytes',
  needs: 'a descriptor that knows readiness',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

class Poll extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #pollfd: Memory;
  readonly #address: readonly [number, null];
  readonly #events: Int16Array;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#fd = openTarget(context, true);
    this.#pollfd = this.platform.memory(POLLFD_BYTES);
    this.#address = kept(this.#pollfd.address);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = this.#fd;
    this.#events = new Int16Array(this.#pollfd.bytes.buffer, POLLFD_EVENTS, 2);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.pending > 0) {
      this.#events[0] = this.operations.opcode[this.oldest()] === READ ? POLLIN : POLLOUT;
      const timeout_ms = timeoutMilliseconds(this.platform, deadline_ns);
      this.counters.syscalls++;
      this.counters.polls++;
      const ready = this.platform.posix.poll(this.#address[0], 1, timeout_ms);
      if (ready === 0) break;
      if (ready > 0) this.drain(this.#fd);
      else if (this.platform.errno() !== EINTR) this.finishOldest(-this.platform.errno());
    }
    return this.take();
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#pollfd.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new Poll(context).close()),
  open: async context => new Poll(context),
};
