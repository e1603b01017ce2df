// Poll for a bounded time, then sleep until woken: a short wait costs no wake-up and a long one no
// processor. How long to poll can be given or learnt from the waits before; the rule is that of the
// kernel's halt polling for virtual processors (docs.kernel.org/virt/kvm/halt-polling.html).
import { EAGAIN, EINTR, POLLIN, POLLOUT } from '../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../ffi/linux/structs.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { microseconds } from './parts/duration.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { kept, Slots, timeoutMilliseconds } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'hybrid',
  title: 'Spin, then block',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'hybrid',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux', 'darwin'],
  cost: 'a short wait costs what busy polling costs, a long one the spin and then what poll costs',
  needs: 'a descriptor that knows readiness, and a processor to burn for a short while',
  parameters: {
    spin_us: {
      meaning:
        'adaptive: longer after waits that a little more spinning would have met, shorter after long ones; or microseconds to spin before each sleep, such as 50',
      default: 'adaptive',
    },
  },
  source: 'https://docs.kernel.org/virt/kvm/halt-polling.html',
  emulated_by: 'busy polling, then poll(2)',
};

/** The first spin that is tried, and the longest that is ever learnt: the kernel's own values. */
const FIRST_NS = 10_000;
const LONGEST_NS = 200_000;
const POLLS_PER_CLOCK_READING = 4;
/** Places in the list of times. */
const START = 0;
const NOW = 1;
const SPIN = 2;

class Hybrid extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #pollfd: Memory;
  readonly #address: readonly [number, null];
  readonly #events: Int16Array;
  readonly #adaptive: boolean;
  readonly #times_ns = new Float64Array(3);
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    const { spin_us = 'adaptive' } = context.parameters;
    this.#adaptive = spin_us === 'adaptive';
    this.#times_ns[SPIN] = this.#adaptive ? FIRST_NS : microseconds(context, 'spin_us', 50);
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
      this.platform.stamp(this.#times_ns, START);
      if (!this.#spin() && !this.#sleep(deadline_ns)) break;
    }
    return this.take();
  }

  /** Ask until there is something or the time is over; true where something was finished. */
  #spin(): boolean {
    const times = this.#times_ns;
    for (let polls = 1; ; polls++) {
      const result = this.transfer(this.#fd, this.oldest());
      this.counters.polls++;
      if (result !== -EAGAIN) {
        this.finishOldest(result);
        return true;
      }
      if (polls % POLLS_PER_CLOCK_READING !== 1) continue;
      this.platform.stamp(times, NOW);
      if (times[NOW]! - times[START]! >= times[SPIN]!) return false;
    }
  }

  /** False where the deadline came first. */
  #sleep(deadline_ns: number): boolean {
    this.#events[0] = this.operations.opcode[this.oldest()] === READ ? POLLIN : POLLOUT;
    const timeout_ms = timeoutMilliseconds(this.platform, deadline_ns);
    this.counters.syscalls++;
    const ready = this.platform.posix.poll(this.#address[0], 1, timeout_ms);
    if (ready > 0) this.drain(this.#fd);
    else if (ready < 0 && this.platform.errno() !== EINTR) {
      this.finishOldest(-this.platform.errno());
    }
    if (this.#adaptive) this.#learn();
    return ready !== 0;
  }

  /** Spinning was not enough: a wait within reach asks for more of it, one beyond for less. */
  #learn(): void {
    const times = this.#times_ns;
    this.platform.stamp(times, NOW);
    const within = times[NOW]! - times[START]! < LONGEST_NS;
    if (within) times[SPIN] = Math.min(LONGEST_NS, Math.max(FIRST_NS, 2 * times[SPIN]!));
    else times[SPIN] = times[SPIN]! > FIRST_NS ? times[SPIN]! / 2 : 0;
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
  probe: context => probeByOperation(facts, context, () => new Hybrid(context).close()),
  open: async context => new Hybrid(context),
};
