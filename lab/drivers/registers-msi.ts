// The device interrupts by a message: a write of its own to an address that stands for a processor and a
// vector. Nobody else is on that line, so the kernel (VFIO) asks nobody and closes nothing: it raises an
// event flag, and the program that sleeps on the flag wakes.
import { Unsupported } from '../errors.ts';
import { EINTR, VFIO_PCI_MSI_IRQ_INDEX } from '../ffi/linux/constants.ts';
import { MappedRegisters } from '../registers/access.ts';
import { addressOf, claim, region } from '../registers/pci.ts';
import { GONE } from '../registers/program.ts';
import { VfioFunction } from '../registers/vfio.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import {
  type Held,
  newCounters,
  probeRegisters,
  RegisterSlots,
  registersOf,
} from './parts/register-slots.ts';
import { SleepInRead } from './parts/sleep-in-read.ts';

const facts: DriverFacts = {
  id: 'registers-msi',
  title: 'Registers, interrupt by message',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['registers'],
  platforms: ['linux'],
  cost: 'one system call per interrupt, which sleeps until it comes; and the registers that empty and quiet the device',
  needs: 'vfio-pci, and a device that can send messages (MSI)',
  parameters: {},
  source: 'https://docs.kernel.org/PCI/msi-howto.html',
  emulated_by: 'nothing: the kernel hands the interrupt on',
};

const FLAG_BYTES = 8;

interface HeldByVfio extends Held {
  readonly vfio: VfioFunction;
  /** Raised by the device's message. */
  readonly flag: number;
}

function holdByVfio(context: OpenContext): HeldByVfio {
  const { path } = registersOf(context);
  const give_back = claim(path, 'vfio-pci');
  let vfio: VfioFunction | undefined;
  const release = () => {
    vfio?.close();
    give_back();
  };
  try {
    vfio = new VfioFunction(context.platform, addressOf(path));
    if (vfio.interruptCount(VFIO_PCI_MSI_IRQ_INDEX) === 0)
      throw new Unsupported(
        `${context.target.device} can interrupt by wire only: it has no messages`,
        'choose registers-intx',
      );
    vfio.enable();
    const registers = new MappedRegisters(vfio.mapBar(0, region(path, 0).length));
    const [flag] = vfio.interruptFlags(VFIO_PCI_MSI_IRQ_INDEX, 1) as [number];
    vfio.recallBy(flag);
    return { registers, counters: newCounters(), release, vfio, flag };
  } catch (error) {
    release();
    throw error;
  }
}

class RegistersMsi extends RegisterSlots {
  readonly #sleep: SleepInRead;
  /** The kernel wants the function back: whoever pulls it out waits until it is let go of. */
  #recalled = false;

  constructor(context: OpenContext) {
    const held = holdByVfio(context);
    super(context, held);
    this.#sleep = new SleepInRead(this.platform, held.flag, FLAG_BYTES);
    this.program.interrupts(true);
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.pending > 0) {
      const got = this.#recalled ? GONE : this.sleepOn(this.#sleep, deadline_ns);
      if (got === 0) break;
      if (got > 0) this.#serve();
      else if (got !== -EINTR) this.complete(GONE);
    }
    return this.take();
  }

  /**
   * The flag was raised. The kernel raises it, too, when it wants the function back: then there is no
   * answer, or the flag was raised once more than the device has called.
   */
  #serve(): void {
    const { program, counters } = this;
    const raised = this.#sleep.words[0]!;
    const finished = this.look();
    if (finished) this.takeAnswer();
    program.acknowledge();
    if (finished) counters.interrupts!++;
    this.#recalled = !finished || raised > 1;
    this.startNext();
  }

  protected override closeLine(): void {
    this.#sleep.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeRegisters(facts, context, context => new RegistersMsi(context)),
  open: async context => new RegistersMsi(context),
};
