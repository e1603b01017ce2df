// Signals made readable: the device sends a queued real-time signal, and the thread reads it from a
// descriptor, many at once where many wait. So signals can stand beside other descriptors in any wait.
import { SystemCallError } from '../errors.ts';
import { SFD_CLOEXEC } from '../ffi/linux/constants.ts';
import { SIGNALFD_SIGINFO_BYTES } from '../ffi/linux/structs.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { DeviceSignals } from './parts/device-signals.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { interrupted, SleepInRead } from './parts/sleep-in-read.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'signalfd',
  title: 'Queued signal, signalfd',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'three system calls per event: the read of the signal, the read of the data, and a read that finds no more',
  needs: 'a device that sends signals (O_ASYNC), and one thread for each such device',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/signalfd.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

/** Signals taken by one read. */
const AT_ONCE = 16;
const NEW = -1;

class SignalFd extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #signals: DeviceSignals;
  readonly #sleep: SleepInRead;
  readonly #signalfd: number;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    const { platform } = this;
    this.#fd = openTarget(context, true);
    try {
      this.#signals = new DeviceSignals(platform, this.#fd);
    } catch (error) {
      platform.posix.close(this.#fd);
      throw error;
    }
    this.#signalfd = platform.linux!.signalfd(NEW, this.#signals.set[0], SFD_CLOEXEC);
    const errno = platform.errno();
    this.#sleep = new SleepInRead(platform, this.#signalfd, AT_ONCE * SIGNALFD_SIGINFO_BYTES);
    if (this.#signalfd >= 0) return;
    this.close();
    throw new SystemCallError('signalfd', platform.errnoName(errno));
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    // What an earlier signal announced may still lie there, and nobody will announce it again.
    this.drain(this.#fd);
    while (this.ready() < min && this.pending > 0) {
      const got = this.#sleep.read(deadline_ns, this.counters);
      if (got === 0) break;
      // A full queue sends a plain SIGIO instead, which is in the set: it also means "look".
      if (got > 0) this.drain(this.#fd);
      else if (!interrupted(got)) this.finishOldest(got);
    }
    return this.take();
  }

  close(): void {
    if (this.#fd < 0) return;
    const { posix } = this.platform;
    if (this.#signalfd >= 0) posix.close(this.#signalfd);
    this.#signals.close();
    posix.close(this.#fd);
    this.#fd = -1;
    this.#sleep.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new SignalFd(context).close()),
  open: async context => new SignalFd(context),
};
