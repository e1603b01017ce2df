// An NVMe disk without the kernel: the program writes a command into memory that the disk reads, rings a
// doorbell, which is a register of the disk's, and looks at the memory into which the disk writes its
// answer. No system call, no interrupt, no copy. The model is the Storage Performance Development Kit.
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { NvmeSlots, openDisk, probeNvme } from './parts/nvme-slots.ts';

const facts: DriverFacts = {
  id: 'nvme-poll',
  title: 'NVMe by hand, polled',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux'],
  cost: 'two writes to registers per operation, or per handful of them; no system call, and a processor for as long as anything is in flight',
  needs: 'an NVMe controller that the program may take from the kernel (VFIO, in the VM)',
  parameters: {},
  source: 'https://nvmexpress.org/specification/nvm-express-base-specification/',
  emulated_by: 'nothing: the disk itself is asked',
  page_cache: 'past',
};

/** Looks between two questions of another kind: whether time is over, whether the disk is there. */
const LOOKS_PER_CLOCK_READING = 64;
const LOOKS_PER_PRESENCE = 4096;

export class NvmePoll extends NvmeSlots {
  #looks = 0;

  wait(min: number, deadline_ns: number): number {
    const bounded = deadline_ns !== Number.POSITIVE_INFINITY;
    while (this.ready() < min && this.inFlight > 0) {
      if (this.collect() > 0) continue;
      this.#looks++;
      if (this.#looks % LOOKS_PER_PRESENCE === 0) this.checkPresence();
      if (!bounded || this.#looks % LOOKS_PER_CLOCK_READING !== 0) continue;
      if (this.platform.now() >= deadline_ns) break;
    }
    if (min === 0 && this.inFlight > 0) this.collect();
    return this.take();
  }
}

const make = (context: OpenContext) => new NvmePoll(context, openDisk(context, false));

export const driver: Driver = {
  ...facts,
  probe: context => probeNvme(facts, context, make),
  open: async context => make(context),
};
