// The device interrupts by wire. The kernel (UIO) takes the interrupt, closes the line, because nobody in
// it can quiet a device it does not know, and wakes the program. The program takes the answer, tells the
// device that its call was heard, and has the line opened again.
import { EINTR } from '../ffi/linux/constants.ts';
import { GONE } from '../registers/program.ts';
import { UIO_COUNT_BYTES, UioLine } from '../registers/uio.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { hold, probeRegisters, RegisterSlots, registersOf } from './parts/register-slots.ts';
import { SleepInRead } from './parts/sleep-in-read.ts';

const facts: DriverFacts = {
  id: 'registers-intx',
  title: 'Registers, interrupt by wire',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['registers'],
  platforms: ['linux'],
  cost: 'two system calls per interrupt, one that sleeps until it comes and one that opens the line again; and the registers that find, empty and quiet the device',
  needs: 'uio_pci_generic, and a device whose line can be closed in its command register',
  parameters: {},
  source: 'https://docs.kernel.org/driver-api/uio-howto.html',
  emulated_by: 'nothing: the kernel hands the interrupt on',
};

class RegistersIntx extends RegisterSlots {
  readonly #line: UioLine;
  readonly #sleep: SleepInRead;

  constructor(context: OpenContext) {
    super(context, hold(context, 'uio_pci_generic'));
    try {
      this.#line = new UioLine(this.platform, registersOf(context).path);
    } catch (error) {
      this.letGo();
      throw error;
    }
    this.#sleep = new SleepInRead(this.platform, this.#line.fd, UIO_COUNT_BYTES);
    this.program.interrupts(true);
    this.#line.allow();
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.pending > 0) {
      const got = this.sleepOn(this.#sleep, deadline_ns);
      if (got === 0) break;
      if (got > 0) this.#serve();
      else if (got !== -EINTR) this.complete(GONE);
    }
    return this.take();
  }

  /** An interrupt has come, and the line is closed: there is no other until it is opened. */
  #serve(): void {
    const { program, counters } = this;
    counters.interrupts!++;
    const finished = this.look();
    if (finished) this.takeAnswer();
    // The device takes its call back first: else the line would go up as soon as it is opened.
    program.acknowledge();
    counters.syscalls++;
    if (!this.#line.allow() && !finished) this.complete(GONE);
    this.startNext();
  }

  protected override closeLine(): void {
    this.#line.close();
    this.#sleep.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeRegisters(facts, context, context => new RegistersIntx(context)),
  open: async context => new RegistersIntx(context),
};
