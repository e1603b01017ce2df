// Signal-driven I/O as Node offers it: the device sends the process a plain SIGIO, libuv's handler
// writes a byte into a pipe of its own, and the loop that waits for that pipe calls us. A plain signal
// is not queued (signal(7)): two that come together are one, so each is answered by reading until
// nothing is left, and every wait begins by looking. A terminal that is hung up sends none.
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { SystemCallError, Unsupported } from '../errors.ts';
import { F_GETFL, F_SETFL, F_SETOWN, O_ASYNC } from '../ffi/linux/constants.ts';
import type { Driver, DriverFacts, EventEngine, OpenContext } from './driver.ts';
import { EventWait } from './parts/event-wait.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { takeSignal } from './parts/process-signal.ts';

const facts: DriverFacts = {
  id: 'sigio',
  title: 'Signal, process.on',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'event',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'a signal that interrupts the thread, a byte through a pipe, a turn of the event loop, the read, and a read that finds no more',
  needs:
    'a device that sends signals (O_ASYNC); one signal stands for all such devices of the process',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man7/signal.7.html',
  emulated_by: 'the kernel’s signal, then libuv: a handler that writes to a pipe, and epoll',
};

const { SIGIO } = constants.signals;
/** A listener for signals does not keep Node's loop alive; a timer does, and never fires here. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

class SigIo extends EventWait implements EventEngine {
  readonly loop = 'event';
  readonly #alive: NodeJS.Timeout;
  readonly #answer = (): void => {
    this.counters.polls++;
    this.drain(this.#fd);
    this.notify();
  };
  #fd: number;
  #flags = 0;

  constructor(context: OpenContext) {
    super(context);
    if (!isMainThread) {
      throw new Unsupported('Node hears signals in its main thread only', 'use sigwaitinfo here');
    }
    this.#fd = openTarget(context, true);
    this.#alive = setInterval(() => {}, LONGEST_TIMER_MS);
    // The handler stands before the first signal can come: unhandled it would end the process.
    process.on('SIGIO', this.#answer);
    try {
      this.#fcntl('F_SETOWN', F_SETOWN, process.pid);
      this.#flags = this.#fcntl('F_GETFL', F_GETFL, 0);
      this.#fcntl('F_SETFL O_ASYNC', F_SETFL, this.#flags | O_ASYNC);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  #fcntl(what: string, command: number, argument: number): number {
    const { linux, errno, errnoName } = this.platform;
    const result = linux!.fcntl(this.#fd, command, argument);
    if (result < 0) throw new SystemCallError(`fcntl ${what}`, errnoName(errno()));
    return result;
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  override wait(min: number, deadline_ns: number): Promise<number> {
    // What an earlier signal announced may still lie there, and nobody will announce it again.
    this.drain(this.#fd);
    return super.wait(min, deadline_ns);
  }

  async close(): Promise<void> {
    if (this.#fd < 0) return;
    this.#release();
    this.cancel();
    this.free();
  }

  #release(): void {
    const { platform } = this;
    platform.linux!.fcntl(this.#fd, F_SETFL, this.#flags & ~O_ASYNC);
    // One that is on its way would meet no handler any more.
    takeSignal(platform, SIGIO);
    process.off('SIGIO', this.#answer);
    clearInterval(this.#alive);
    platform.posix.close(this.#fd);
    this.#fd = -1;
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new SigIo(context).close()),
  open: async context => new SigIo(context),
};
