// A disk behind an NVMe controller, from the PCI function to one pair of queues over memory that the
// controller reaches: what the two drivers of ours have in common before either waits for anything.
// NVM Express Base Specification 1.4, section 7.6.1 (initialization).
import { join } from 'node:path';
import { Unsupported } from '../../errors.ts';
import { VFIO_PCI_MSIX_IRQ_INDEX } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { MappedRegisters, type Registers } from '../access.ts';
import { addressOf, claim } from '../pci.ts';
import { VfioFunction } from '../vfio.ts';
import { ADMIN_BYTES, Controller, type Lent, part } from './controller.ts';
import type { ControllerIdentity, NamespaceIdentity } from './identify.ts';
import { awaitKernelDisks, kernelDisks } from './kernel-disk.ts';
import { PAGE_BYTES, REGISTER } from './layout.ts';
import { completionBytes, type QueuePair, submissionBytes } from './queue.ts';
import { listBytes, MOST_BYTES, Regions } from './regions.ts';

/** The registers lie in the first base address register. */
const BAR = 0;
/** The admin queues have the pair of doorbells 0, the only other pair is 1. */
const QUEUE = 1;
const NAMESPACE = 1;
/** Vector 0 belongs to the admin queue (5.3, IV); the pair's own tells it apart. */
const VECTORS = 2;
const VECTOR = 1;

export interface DiskPlan {
  /** The function's folder in /sys/bus/pci/devices. */
  readonly folder: string;
  /** Slots, the bytes of each, and from one to the next. */
  readonly depth: number;
  readonly slot_bytes: number;
  readonly stride: number;
  /** A completion raises an interrupt. */
  readonly interrupts: boolean;
}

export class NvmeDisk {
  readonly controller: Controller;
  readonly identity: ControllerIdentity;
  readonly namespace: NamespaceIdentity;
  readonly queue: QueuePair;
  readonly regions: Regions;
  readonly vfio: VfioFunction;
  /** The slots' memory: the driver's to free, after the close. */
  readonly arena: Memory;
  /** The event flag that a completion raises; −1 where none does. */
  readonly flag: number;
  /** What it took to get here: from the kernel's driver, and from reset to the first queue. */
  readonly opening: { readonly claim_ns: number; readonly bring_up_ns: number };
  readonly #control: Memory;
  readonly #giveBack: () => void;
  #open = true;

  private constructor(platform: Platform, plan: DiskPlan, control: Memory, arena: Memory) {
    const { folder, depth, slot_bytes, stride } = plan;
    const begun_ns = platform.now();
    this.#control = control;
    this.arena = arena;
    this.#giveBack = takeFromKernel(platform, folder);
    let vfio: VfioFunction | undefined;
    try {
      const claimed_ns = platform.now();
      vfio = new VfioFunction(platform, addressOf(folder));
      vfio.enable();
      vfio.watchRecall();
      this.vfio = vfio;
      const lent = lend(vfio, control);
      const registers = doorbellsOf(vfio);
      this.controller = new Controller(
        registers,
        platform,
        part(lent, 0, ADMIN_BYTES),
        addressOf(folder),
      );
      this.controller.bringUp();
      this.identity = this.controller.identifyController();
      this.namespace = this.controller.identifyNamespace(NAMESPACE);
      refuseTooMuch(plan, this.controller, this.identity);
      this.controller.requestQueues(QUEUE);
      this.flag = plan.interrupts ? flagOf(vfio) : -1;
      const places = placesOf(lent, depth, slot_bytes);
      this.queue = this.controller.createQueues({
        id: QUEUE,
        entries: depth + 1,
        submission: places.submission,
        completion: places.completion,
        ...(plan.interrupts ? { vector: VECTOR } : {}),
      });
      const data = vfio.share(arena).device_address;
      const { bytes, device_address } = places.lists;
      this.regions = new Regions(depth, stride, data, bytes, device_address);
      this.opening = { claim_ns: claimed_ns - begun_ns, bring_up_ns: platform.now() - claimed_ns };
    } catch (error) {
      vfio?.close();
      this.#giveBack();
      throw error;
    }
  }

  /** Throws Unsupported, SystemCallError, DeviceGone, TimedOut; then all is as before. */
  static open(platform: Platform, plan: DiskPlan): NvmeDisk {
    const { depth, slot_bytes, stride } = plan;
    const control = platform.memory(controlBytes(depth, slot_bytes));
    const arena = platform.memory(stride * depth);
    try {
      return new NvmeDisk(platform, plan, control, arena);
    } catch (error) {
      control.free();
      arena.free();
      throw error;
    }
  }

  /** Writing is for one disk only: the one whose own serial number says that the lab made it. */
  allowWriting(serial: string | undefined): void {
    if (serial !== undefined && this.identity.serial === serial) return;
    throw new Unsupported(
      'blocks are written to the scratch disk of the VM, and this is another one',
      'choose the device vm:nvme',
      'EPERM',
    );
  }

  /**
   * Put the controller to rest, so that it touches no memory any more, then take the memory from it,
   * then give it back to the kernel. Whatever was in flight is forgotten. Idempotent.
   */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.controller.shutDown();
    } catch {
      // One that is gone is at rest. One that does not listen loses the memory all the same: VFIO takes
      // it out of the IOMMU's table, and resets a function that is let go of.
    }
    this.vfio.close();
    this.#control.free();
    this.#giveBack();
  }
}

/**
 * From the kernel's driver to VFIO. The way back ends when the kernel shows the disks again, so that
 * the next program finds them.
 */
function takeFromKernel(platform: Platform, folder: string): () => void {
  const disks = kernelDisks(folder).length;
  const release = claim(folder, 'vfio-pci');
  let taken = true;
  return () => {
    if (!taken) return;
    taken = false;
    release();
    awaitKernelDisks(folder, disks, platform);
  };
}

const controlBytes = (depth: number, slot_bytes: number): number =>
  ADMIN_BYTES +
  submissionBytes(depth + 1) +
  completionBytes(depth + 1) +
  listBytes(depth, slot_bytes);

const lend = (vfio: VfioFunction, memory: Memory): Lent => ({
  bytes: memory.bytes,
  device_address: vfio.share(memory).device_address,
});

/** The registers up to the last doorbell that is used; behind it the table of MSI-X may begin. */
function doorbellsOf(vfio: VfioFunction): Registers {
  return new MappedRegisters(vfio.mapBar(BAR, REGISTER.DOORBELLS + PAGE_BYTES));
}

function placesOf(lent: Lent, depth: number, slot_bytes: number) {
  const submitted = submissionBytes(depth + 1);
  const completed = completionBytes(depth + 1);
  return {
    submission: part(lent, ADMIN_BYTES, submitted),
    completion: part(lent, ADMIN_BYTES + submitted, completed),
    lists: part(lent, ADMIN_BYTES + submitted + completed, listBytes(depth, slot_bytes)),
  };
}

function flagOf(vfio: VfioFunction): number {
  const count = vfio.interruptCount(VFIO_PCI_MSIX_IRQ_INDEX);
  if (count < VECTORS) throw new Unsupported(`it has ${count} interrupts by message (MSI-X)`, '');
  return vfio.interruptFlags(VFIO_PCI_MSIX_IRQ_INDEX, VECTORS)[VECTOR]!;
}

/** Throws Unsupported where the controller's limits are lower than what is asked of it. */
function refuseTooMuch(
  { depth, stride }: DiskPlan,
  { capabilities }: Controller,
  { most_transfer_bytes }: ControllerIdentity,
): void {
  const { doorbell_stride } = capabilities;
  if (doorbell_stride * 2 * (QUEUE + 1) > PAGE_BYTES)
    throw new Unsupported(`its doorbells stand ${doorbell_stride} bytes apart`, 'use another disk');
  // One entry stays free (4.1.2).
  const deepest = capabilities.most_entries - 1;
  if (depth > deepest)
    throw new Unsupported(`a queue of this controller holds ${deepest}, not ${depth}`, 'use less');
  const most = Math.min(most_transfer_bytes, MOST_BYTES);
  if (stride > most)
    throw new Unsupported(`one command moves at most ${most} bytes, not ${stride}`, 'use less');
}

/** The folder of a PCI function whose address it is. */
export const folderOf = (address: string): string => join('/sys/bus/pci/devices', address);
