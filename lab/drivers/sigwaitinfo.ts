// The device sends a queued real-time signal, and the thread takes it from the queue like a message:
// no handler runs, so nothing is interrupted. One signal stands for one change, so each wait begins
// by draining, as with every edge.
import { EINTR, SIGIO } from '../ffi/linux/constants.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { DeviceSignals } from './parts/device-signals.ts';
import { Duration } from './parts/duration.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'sigwaitinfo',
  title: 'Queued signal, sigwaitinfo',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'three system calls per event: the wait, the read, and a read that finds no more; an entry counted against a limit that all programs of a user share',
  needs: 'a device that sends signals (O_ASYNC), and one thread for each such device',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/sigwaitinfo.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

class SigWaitInfo extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #signals: DeviceSignals;
  readonly #timeout: Duration;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#fd = openTarget(context, true);
    try {
      this.#signals = new DeviceSignals(this.platform, this.#fd);
    } catch (error) {
      this.platform.posix.close(this.#fd);
      throw error;
    }
    this.#timeout = new Duration(this.platform, 1);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    // What an earlier signal announced may still lie there, and nobody will announce it again.
    this.drain(this.#fd);
    while (this.ready() < min && this.pending > 0) {
      const signal = this.#next(deadline_ns);
      if (signal < 0) {
        const errno = this.platform.errno();
        if (errno === EINTR) continue;
        // EAGAIN: the time is over.
        break;
      }
      // The queue was full and lost signals, so what it still holds tells nothing: the device does.
      if (signal === SIGIO) this.counters.syscalls += this.#signals.empty() + 1;
      this.drain(this.#fd);
    }
    return this.take();
  }

  #next(deadline_ns: number): number {
    const { linux } = this.platform;
    const set = this.#signals.set[0];
    this.counters.syscalls++;
    this.counters.polls++;
    if (deadline_ns === Number.POSITIVE_INFINITY) return linux!.sigwaitinfo(set, 0);
    this.#timeout.set(deadline_ns - this.platform.now());
    return linux!.sigtimedwait(set, 0, this.#timeout.address[0]);
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#signals.close();
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#timeout.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new SigWaitInfo(context).close()),
  open: async context => new SigWaitInfo(context),
};
