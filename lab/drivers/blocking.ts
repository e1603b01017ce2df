// One plain read(2) that returns when it is done: the form every other one is measured against.
// The thread sleeps in the kernel and the device's interrupt wakes it.
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'blocking',
  title: 'Blocking read',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['linux', 'darwin'],
  cost: 'one system call per operation, one sleep and one wake-up; the thread can do nothing else',
  needs: 'nothing but read(2)',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/read.2.html',
  emulated_by: 'nothing: the kernel does it itself',
};

class BlockingRead extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#fd = openTarget(context, false);
  }

  /** The operation runs here, from beginning to end; there is nothing left to wait for. */
  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) this.finish(slots[i]!, this.transfer(this.#fd, slots[i]!));
    return accepted;
  }

  wait(): number {
    return this.take();
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new BlockingRead(context).close()),
  open: async context => new BlockingRead(context),
};
