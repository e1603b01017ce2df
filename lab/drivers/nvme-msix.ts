// An NVMe disk without the kernel's driver, by interrupt: the disk writes its answer into memory and then
// a message to an address that stands for an interrupt (MSI-X). The kernel takes that, and raises an event
// flag on which the program sleeps. All else is as in nvme-poll.
import type { NvmeDisk } from '../registers/nvme/disk.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { NvmeSlots, openDisk, probeNvme } from './parts/nvme-slots.ts';
import { interrupted, SleepInRead } from './parts/sleep-in-read.ts';

const facts: DriverFacts = {
  id: 'nvme-msix',
  title: 'NVMe by hand, interrupt',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux'],
  cost: 'two writes to registers per operation, and for each time the program has to wait an interrupt, one system call and a wake-up',
  needs: 'an NVMe controller that the program may take from the kernel (VFIO, in the VM)',
  parameters: {},
  source: 'https://docs.kernel.org/driver-api/vfio.html',
  emulated_by: 'nothing: the kernel hands the interrupt on',
  page_cache: 'past',
};

const FLAG_BYTES = 8;
/** Sleeps between two questions whether the disk is still there. */
const SLEEPS_PER_PRESENCE = 64;

export class NvmeMsix extends NvmeSlots {
  readonly #sleep: SleepInRead;
  #sleeps = 0;

  constructor(context: OpenContext, disk: NvmeDisk) {
    super(context, disk);
    this.#sleep = new SleepInRead(this.platform, disk.flag, FLAG_BYTES);
  }

  wait(min: number, deadline_ns: number): number {
    // Look before sleeping: the flag that told of these may have been read already.
    this.collect();
    while (this.ready() < min && this.inFlight > 0) {
      const got = this.#sleep.read(deadline_ns, this.counters);
      if (got === 0) break;
      if (got < 0 && !interrupted(got)) throw new Error(`the event flag: errno ${-got}`);
      // The flag counts: how often it was raised since it was read last.
      if (got > 0) this.counters.interrupts! += this.#sleep.words[0]!;
      if (++this.#sleeps % SLEEPS_PER_PRESENCE === 0) this.checkPresence();
      this.collect();
    }
    return this.take();
  }

  protected override release(): void {
    this.#sleep.free();
  }
}

const make = (context: OpenContext) => new NvmeMsix(context, openDisk(context, true));

export const driver: Driver = {
  ...facts,
  probe: context => probeNvme(facts, context, make),
  open: async context => make(context),
};
