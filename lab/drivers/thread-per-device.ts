// One thread for one device: it blocks in read(2), the oldest and simplest way to wait for several
// things at once. What it read is handed over in shared memory and the program is woken by a futex, as
// by a condition variable: a message to Node's loop would be copied, and cost a turn of the loop.
import { once } from 'node:events';
import { Unsupported } from '../errors.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { Handover, sharedMemory, startWorker } from './parts/handover.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { Slots, strideOf } from './parts/slots.ts';
import { WaitingThreads } from './parts/waiting-threads.ts';

const facts: DriverFacts = {
  id: 'thread-per-device',
  title: 'A thread per device',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'a thread and its stack for each device; two wake-ups per event, the thread by the device and the program by the thread',
  needs: 'a thread for each device, and somebody who can end its wait',
  parameters: {},
  source: 'https://nodejs.org/api/worker_threads.html',
  emulated_by: 'a thread of Node’s that makes blocking calls; a futex hands over what they brought',
};

class ThreadPerDevice extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #handover: Handover;
  readonly #waiting: WaitingThreads;
  #open = true;

  private constructor(context: OpenContext) {
    super(context, sharedMemory(strideOf(context.slot_bytes) * context.depth));
    this.#handover = new Handover(context.depth);
    this.#waiting = new WaitingThreads(this.platform, openTarget(context, false));
  }

  static async open(context: OpenContext): Promise<ThreadPerDevice> {
    const engine = new ThreadPerDevice(context);
    try {
      await engine.#begin();
    } catch (error) {
      engine.#waiting.close();
      throw new Unsupported(`no thread: ${(error as Error).message}`, 'see iolab doctor');
    }
    return engine;
  }

  async #begin(): Promise<void> {
    const slots = Array.from({ length: this.depth }, (_, slot) => this.slot(slot));
    const worker = startWorker(this.#handover.workOn(this.#waiting.fd, slots));
    await once(worker, 'message');
    worker.unref();
  }

  submit(slots: Uint32Array, count: number): number {
    const { opcode, length_bytes } = this.operations;
    const accepted = Math.min(count, this.room());
    this.pending += accepted;
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      this.#handover.ask(slot, opcode[slot]!, length_bytes[slot]!);
    }
    return accepted;
  }

  wait(min: number, deadline_ns: number): number {
    this.#collect();
    while (this.ready() < min && this.pending > 0 && this.#sleep(deadline_ns)) this.#collect();
    return this.take();
  }

  #collect(): void {
    for (let done = this.#handover.next(); done; done = this.#handover.next()) {
      this.pending--;
      this.finish(done[0]!, done[1]!);
    }
    this.counters.syscalls = this.#handover.calls();
  }

  /** False where the deadline is over. */
  #sleep(deadline_ns: number): boolean {
    this.counters.polls++;
    if (deadline_ns === Number.POSITIVE_INFINITY) {
      this.#handover.sleep(deadline_ns);
      return true;
    }
    const left_ns = deadline_ns - this.platform.now();
    if (left_ns > 0) this.#handover.sleep(left_ns / 1e6);
    return left_ns > 0;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#waiting.turnAway();
    this.#handover.end();
    while (!this.#handover.hasEnded()) this.#waiting.interrupt();
    this.#waiting.close();
    this.free();
  }
}

/** A thread of this process has begun and ended: what is still to be asked of another device is that one. */
let threads_work = false;

async function tryOut(context: OpenContext): Promise<void> {
  if (threads_work) context.platform.posix.close(openTarget(context, false));
  else (await ThreadPerDevice.open(context)).close();
  threads_work = true;
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => tryOut(context)),
  open: context => ThreadPerDevice.open(context),
};
