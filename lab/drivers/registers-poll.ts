// Ask the device's status register again and again: no kernel, no interrupt and no call between program
// and device. Every question is a trip over the bus, and so dear in itself, but none waits for anybody.
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { hold, probeRegisters, RegisterSlots } from './parts/register-slots.ts';

const facts: DriverFacts = {
  id: 'registers-poll',
  title: 'Registers, polled',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['registers'],
  platforms: ['linux'],
  cost: 'a trip over the bus per question, asked without end; no call where the registers are mapped',
  needs: 'the device to itself: no kernel driver may hold it',
  parameters: {},
  source: 'https://docs.kernel.org/PCI/sysfs-pci.html',
  emulated_by: 'nothing: the program asks the device itself',
};

/** Questions between two looks at the clock. */
const LOOKS_PER_CLOCK_READING = 256;

class RegistersPoll extends RegisterSlots {
  constructor(context: OpenContext) {
    super(context, hold(context, 'none'));
  }

  wait(min: number, deadline_ns: number): number {
    let looks = 0;
    while (this.ready() < min && this.pending > 0) {
      if (this.look()) {
        this.takeAnswer();
        this.startNext();
      } else if (++looks % LOOKS_PER_CLOCK_READING === 0 && this.platform.now() >= deadline_ns) {
        break;
      }
    }
    return this.take();
  }

  protected override closeLine(): void {}
}

export const driver: Driver = {
  ...facts,
  probe: context => probeRegisters(facts, context, context => new RegistersPoll(context)),
  open: async context => new RegistersPoll(context),
};
