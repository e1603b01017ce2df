// A PCI function in the program's own hands, by VFIO: its registers mapped, its interrupts as event
// flags, and memory that the device may reach, and no other. What a kernel's driver is given by the
// kernel. The function is bound to vfio-pci before (pci.ts), in the lab's VM only.
// Source: the kernel's Documentation/driver-api/vfio.rst, linux/vfio.h.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DeviceGone, SystemCallError, Unsupported } from '../errors.ts';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  VFIO_API_VERSION,
  VFIO_GROUP_FLAGS_VIABLE,
  VFIO_IRQ_INFO_EVENTFD,
  VFIO_IRQ_SET_ACTION_TRIGGER,
  VFIO_IRQ_SET_ACTION_UNMASK,
  VFIO_IRQ_SET_DATA_EVENTFD,
  VFIO_IRQ_SET_DATA_NONE,
  VFIO_NOIOMMU_IOMMU,
  VFIO_PCI_CONFIG_REGION_INDEX,
  VFIO_PCI_REQ_IRQ_INDEX,
  VFIO_REGION_INFO_FLAG_MMAP,
  VFIO_TYPE1V2_IOMMU,
} from '../ffi/linux/constants.ts';
import type { Memory, Platform, VfioCalls } from '../ffi/platform.ts';

const CONTAINER = '/dev/vfio/vfio';
const O_RDWR = 2;
const PAGE_BYTES = 4096;
/**
 * The first address that is given to memory as the device sees it. All that the lab maps lies below
 * 256 MiB: small devices drive few address lines (edu drives 28), and an upper word stays zero.
 */
const FIRST_DEVICE_ADDRESS = 0x100_0000;
const LAST_DEVICE_ADDRESS = 0x1000_0000;

/** The command register of every PCI function (PCI Local Bus 3.0, 6.2.2): memory, and bus mastering. */
const PCI_COMMAND = 4;
const PCI_COMMAND_MEMORY = 0x2;
const PCI_COMMAND_MASTER = 0x4;
const PCI_COMMAND_INTX_DISABLE = 0x400;

export interface VfioPlaces {
  /** The folder of the bus, and of VFIO's groups; others in tests. */
  readonly devices: string;
  readonly groups: string;
}

const PLACES: VfioPlaces = { devices: '/sys/bus/pci/devices', groups: '/dev/vfio' };

/** Memory of the program's that the device reaches, too. */
export interface SharedMemory {
  readonly memory: Memory;
  /** Where the device sees its first byte. */
  readonly device_address: number;
}

export class VfioFunction {
  readonly address: string;
  /** No IOMMU stands between device and memory: registers and interrupts, and no DMA from here. */
  readonly without_iommu: boolean;
  readonly #platform: Platform;
  readonly #vfio: VfioCalls;
  readonly #descriptors: number[] = [];
  readonly #mapped: Memory[] = [];
  readonly #shared: SharedMemory[] = [];
  readonly #container: number;
  readonly #device: number;
  #next_address = FIRST_DEVICE_ADDRESS;
  #recall = -1;
  #recallMemory: Memory | undefined;
  #open = true;

  /** Throws Unsupported or SystemCallError; then nothing stays open. */
  constructor(platform: Platform, address: string, places: VfioPlaces = PLACES) {
    if (!platform.linux) throw new Unsupported('VFIO is Linux’s', 'run it in the VM: --in vm');
    this.#platform = platform;
    this.#vfio = platform.linux.vfio();
    this.address = address;
    const { group, without_iommu } = groupOf(address, places);
    this.without_iommu = without_iommu;
    try {
      this.#container = this.#opened(CONTAINER);
      this.#device = this.#take(this.#opened(group), group);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #opened(path: string): number {
    const fd = this.#platform.posix.open(path, O_RDWR);
    this.#descriptors.push(fd);
    return fd;
  }

  /** From container and group to the function itself (vfio.rst, "VFIO Usage Example"). */
  #take(group: number, name: string): number {
    const vfio = this.#vfio;
    const version = vfio.apiVersion(this.#container);
    if (version !== VFIO_API_VERSION)
      throw new Unsupported(
        `VFIO has version ${version}`,
        `this was written for ${VFIO_API_VERSION}`,
      );
    if ((vfio.groupFlags(group) & VFIO_GROUP_FLAGS_VIABLE) === 0)
      throw new Unsupported(
        `${name} is not whole: another function of it has a driver of the kernel’s`,
        'bind all functions of the group to vfio-pci',
        'EBUSY',
      );
    vfio.setContainer(group, this.#container);
    const iommu = this.without_iommu ? VFIO_NOIOMMU_IOMMU : VFIO_TYPE1V2_IOMMU;
    if (!vfio.offersIommu(this.#container, iommu))
      throw new Unsupported('VFIO has no IOMMU to offer', 'modprobe vfio_iommu_type1', 'ENODEV');
    vfio.setIommu(this.#container, iommu);
    const device = vfio.deviceOf(group, this.address);
    this.#descriptors.push(device);
    return device;
  }

  /** Bytes of a region; 0 where the function has none of this number. */
  regionBytes(index: number): number {
    return this.#vfio.regionInfo(this.#device, index).bytes;
  }

  /** Registers of BAR `index`, the first `bytes` of them. They are unmapped at the close. */
  mapBar(index: number, bytes: number): Memory {
    const region = this.#vfio.regionInfo(this.#device, index);
    const length = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    if ((region.flags & VFIO_REGION_INFO_FLAG_MMAP) === 0 || region.bytes < length)
      throw new Unsupported(
        `BAR ${index} of ${this.address} has ${region.bytes} bytes to map, not ${length}`,
        'this driver is for another device',
      );
    const memory = this.#platform.linux!.mapShared(this.#device, length, region.offset);
    this.#mapped.push(memory);
    return memory;
  }

  /** A word of 16 bits of the configuration space. */
  readConfiguration(at: number): number {
    const { posix } = this.#platform;
    const { offset } = this.#vfio.regionInfo(this.#device, VFIO_PCI_CONFIG_REGION_INDEX);
    return this.#withPage(page => {
      if (posix.pread(this.#device, page.address, 2, offset + at) !== 2)
        throw this.#failed('pread');
      return page.bytes[0]! | (page.bytes[1]! << 8);
    });
  }

  writeConfiguration(at: number, value: number): void {
    const { posix } = this.#platform;
    const { offset } = this.#vfio.regionInfo(this.#device, VFIO_PCI_CONFIG_REGION_INDEX);
    this.#withPage(page => {
      page.bytes[0] = value & 0xff;
      page.bytes[1] = value >> 8;
      if (posix.pwrite(this.#device, page.address, 2, offset + at) !== 2)
        throw this.#failed('pwrite');
    });
  }

  #withPage<T>(use: (page: Memory) => T): T {
    const page = this.#platform.memory(PAGE_BYTES);
    try {
      return use(page);
    } finally {
      page.free();
    }
  }

  #failed(call: string): SystemCallError {
    const { errno, errnoName } = this.#platform;
    return new SystemCallError(`${call} configuration of ${this.address}`, errnoName(errno()));
  }

  /**
   * The function answers at its BARs, and may read and write memory and signal by messages; by its
   * `line` (INTx) only where somebody listens to it.
   */
  enable(line = false): void {
    const command = this.readConfiguration(PCI_COMMAND) | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    const quiet = PCI_COMMAND_INTX_DISABLE;
    this.writeConfiguration(PCI_COMMAND, line ? command & ~quiet : command | quiet);
  }

  /** How many interrupts of a kind it has (VFIO_PCI_…_IRQ_INDEX); 0 where none can raise a flag. */
  interruptCount(index: number): number {
    const { flags, count } = this.#vfio.interruptInfo(this.#device, index);
    return (flags & VFIO_IRQ_INFO_EVENTFD) === 0 ? 0 : count;
  }

  /**
   * Each interrupt of the kind, from the first on, raises an event flag (eventfd(2)): `read(2)` of
   * its descriptor sleeps until then and says how often. Closed with the function.
   */
  interruptFlags(index: number, count: number, flags = EFD_CLOEXEC): number[] {
    const events = Array.from({ length: count }, () => {
      const fd = this.#platform.linux!.eventfd(0, flags);
      this.#descriptors.push(fd);
      return fd;
    });
    const action = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
    this.#vfio.setInterrupts(this.#device, index, action, count, events);
    return events;
  }

  /** A line that the kernel has masked when it rang (INTx) may ring again. */
  unmask(index: number): void {
    const action = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK;
    this.#vfio.setInterrupts(this.#device, index, action, 1);
  }

  /** No interrupts of this kind any more. */
  silence(index: number): void {
    const action = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER;
    this.#vfio.setInterrupts(this.#device, index, action, 0);
  }

  /** Map memory of the program's for the device as well. `free` of it must wait for the close. */
  share(memory: Memory): SharedMemory {
    if (this.without_iommu)
      throw new Unsupported(
        `no IOMMU stands between ${this.address} and memory, so it would reach all of it`,
        'boot the VM with an IOMMU: npx iolab run … --in vm does',
        'EPERM',
      );
    const length = Math.ceil(memory.length / PAGE_BYTES) * PAGE_BYTES;
    const device_address = this.#next_address;
    if (device_address + length > LAST_DEVICE_ADDRESS)
      throw new RangeError(`the device can be shown no ${length} bytes more: use fewer slots`);
    try {
      this.#vfio.mapDma(this.#container, memory.address, device_address, length);
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.errno !== 'ENOMEM') throw error;
      throw new Unsupported(error.message, 'raise the locked-memory limit (ulimit -l)', 'ENOMEM');
    }
    this.#next_address += length;
    const shared = { memory, device_address };
    this.#shared.push(shared);
    return shared;
  }

  /**
   * Hear of the kernel's wish to have the function back, because it is unplugged or unbound. To be asked
   * for before that: a wish that nobody hears is repeated after ten seconds only.
   */
  watchRecall(): void {
    if (this.#recall >= 0 || this.interruptCount(VFIO_PCI_REQ_IRQ_INDEX) === 0) return;
    const once = EFD_CLOEXEC | EFD_NONBLOCK;
    [this.#recall] = this.interruptFlags(VFIO_PCI_REQ_IRQ_INDEX, 1, once) as [number];
    this.#recallMemory = this.#platform.memory(PAGE_BYTES);
  }

  /**
   * Has it been wished for since? One system call. It goes on working until this program lets go of it,
   * and whoever unplugs waits for that.
   */
  recalled(): boolean {
    if (!this.#recallMemory) return false;
    return this.#platform.posix.read(this.#recall, this.#recallMemory.address, 8) === 8;
  }

  /**
   * The kernel's wish to have the function back raises `event`, too: a flag that somebody sleeps on
   * anyway, so that one call waits for both. In the place of `recalled`.
   */
  recallBy(event: number): void {
    if (this.interruptCount(VFIO_PCI_REQ_IRQ_INDEX) === 0) return;
    const action = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
    this.#vfio.setInterrupts(this.#device, VFIO_PCI_REQ_IRQ_INDEX, action, 1, [event]);
  }

  /** Throws DeviceGone where the kernel wants it back. */
  keep(): void {
    if (this.recalled()) throw new DeviceGone(`${this.address} is being removed`);
  }

  /**
   * Take the memory back from the device, then let go of it. The device must be silent: where it is
   * not, the IOMMU stops it. Idempotent; the shared memory is the caller's to free.
   */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { memory, device_address } of this.#shared) {
      const length = Math.ceil(memory.length / PAGE_BYTES) * PAGE_BYTES;
      try {
        this.#vfio.unmapDma(this.#container, device_address, length);
      } catch {
        // The close of the container does it.
      }
    }
    for (const memory of this.#mapped) memory.free();
    this.#recallMemory?.free();
    // The device before its group, the group before the container.
    for (const fd of this.#descriptors.reverse()) this.#platform.posix.close(fd);
  }
}

/** The group's node. Throws Unsupported where the function is not in VFIO's hands. */
function groupOf(address: string, { devices, groups }: VfioPlaces) {
  const folder = join(devices, address);
  const attempt = (what: () => string) => {
    try {
      return what();
    } catch {
      return undefined;
    }
  };
  const driver = attempt(() => basename(readlinkSync(join(folder, 'driver'))));
  const number = attempt(() => basename(readlinkSync(join(folder, 'iommu_group'))));
  if (driver !== 'vfio-pci' || number === undefined) {
    const holder = driver === undefined ? 'no driver' : `the driver ${driver}`;
    throw new Unsupported(
      `${address} is held by ${holder}, not by vfio-pci`,
      'run it in the VM: npx iolab run … --in vm',
      'ENODEV',
    );
  }
  // Documentation of vfio.c: a group without an IOMMU says so in its name, and so does its node.
  const name = attempt(() => readFileSync(join(folder, 'iommu_group', 'name'), 'utf8').trim());
  const without_iommu = name === 'vfio-noiommu';
  return { without_iommu, group: join(groups, without_iommu ? `noiommu-${number}` : number) };
}
