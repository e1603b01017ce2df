// Two devices that can call: each a teaching device whose register raises an interrupt on demand, with the
// descriptor on which its calls arrive. By wire they share a line; by message each has its own.
import { DeviceGone, Unsupported } from '../../../errors.ts';
import { VFIO_PCI_MSI_IRQ_INDEX, VFIO_PCI_REQ_IRQ_INDEX } from '../../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { MappedRegisters, type Registers } from '../../../registers/access.ts';
import { EDU, EDU_DEVICE, EDU_VENDOR, Edu } from '../../../registers/edu.ts';
import {
  claim,
  findFunctions,
  mapRegion,
  type PciFunction,
  region,
} from '../../../registers/pci.ts';
import { UioLine } from '../../../registers/uio.ts';
import { VfioFunction } from '../../../registers/vfio.ts';

/** The bit that is raised; any but those that a computation or a transfer raises. */
const CALL = 0x2;
const FLAG_BYTES = 8;

export class Source {
  readonly fd: number;
  readonly #edu: Edu;
  readonly #registers: Registers;
  readonly #read: () => void;
  readonly #allow: () => void;

  constructor(fd: number, registers: Registers, read: () => void, allow: () => void) {
    this.fd = fd;
    this.#registers = registers;
    this.#edu = new Edu(registers);
    this.#read = read;
    this.#allow = allow;
    this.#edu.begin();
  }

  /** Let the device call. */
  raise(): void {
    this.#registers.store32(EDU.INTERRUPT_RAISE, CALL);
  }

  /** Ask it: was it you? One register. */
  called(): boolean {
    return this.#edu.called();
  }

  /** It takes its call back, the descriptor is emptied, and it may call again. */
  serve(): void {
    this.#edu.acknowledge();
    this.#read();
    this.#allow();
  }

  present(): boolean {
    return this.#edu.present();
  }

  silence(): void {
    this.#edu.end();
  }
}

export interface Sources {
  readonly all: readonly Source[];
  /** Descriptors that are ready when the kernel wants a device back. */
  readonly recalls: readonly number[];
  /** Its lines in /proc/interrupts. */
  readonly lines: RegExp;
  /** System calls that serving one takes, beside the one that waits. */
  readonly calls_to_serve: number;
  close(): void;
}

/** The target and the other teaching device of this machine. Throws Unsupported where there is none. */
function pairOf(path: string): readonly PciFunction[] {
  const all = findFunctions(({ vendor, device }) => vendor === EDU_VENDOR && device === EDU_DEVICE);
  const pair = [...all.filter(one => one.path === path), ...all.filter(one => one.path !== path)];
  if (pair.length >= 2) return pair.slice(0, 2);
  throw new Unsupported(
    `${pair.length} teaching devices are on this machine’s bus, and two are needed`,
    'the virtual machine of the lab has two: --in vm --device vm:edu',
  );
}

/** Takes back what was done so far, the last first. */
class Undo {
  readonly #steps: (() => void)[] = [];

  later(step: () => void): void {
    this.#steps.push(step);
  }

  all(): void {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) step();
  }
}

function opened(open: (undo: Undo) => Omit<Sources, 'close'>): Sources {
  const undo = new Undo();
  try {
    return { ...open(undo), close: () => undo.all() };
  } catch (error) {
    undo.all();
    throw error;
  }
}

/** Throws DeviceGone where the descriptor ends with its device. */
function reader({ posix, errno, errnoName }: Platform, fd: number, memory: Memory): () => void {
  const address: readonly [number, null] = [memory.address, null];
  return () => {
    if (posix.read(fd, address[0], memory.length) < 0)
      throw new DeviceGone(`a device on the line: ${errnoName(errno())}`);
  };
}

/** Both on the wire that they share. Throws Unsupported where their wires are two. */
export const openWires = (platform: Platform, path: string): Sources =>
  opened(undo => {
    const pair = pairOf(path);
    for (const one of pair) undo.later(claim(one.path, 'uio_pci_generic'));
    // The kernel gives them their lines when a driver has them.
    const lines = pairOf(path).map(({ line }) => line);
    if (lines[0] !== lines[1])
      throw new Unsupported(`the two have a line each, ${lines.join(' and ')}`, 'use --in vm');
    const all = pair.map(({ path }) => {
      const line = new UioLine(platform, path);
      undo.later(() => line.close());
      const count = platform.memory(4);
      undo.later(() => count.free());
      const registers = new MappedRegisters(mapRegion(platform, path, 0));
      undo.later(() => registers.free());
      const source = new Source(line.fd, registers, reader(platform, line.fd, count), () => {
        line.allow();
      });
      undo.later(() => source.silence());
      line.allow();
      return source;
    });
    return { all, recalls: [], lines: /uio_pci_generic/, calls_to_serve: 2 };
  });

/** Each with a message of its own. */
export const openMessages = (platform: Platform, path: string): Sources =>
  opened(undo => {
    const recalls: number[] = [];
    const all = pairOf(path).map(({ path, address }) => {
      undo.later(claim(path, 'vfio-pci'));
      const vfio = new VfioFunction(platform, address);
      undo.later(() => vfio.close());
      vfio.enable();
      const registers = new MappedRegisters(vfio.mapBar(0, region(path, 0).length));
      const [flag] = vfio.interruptFlags(VFIO_PCI_MSI_IRQ_INDEX, 1) as [number];
      recalls.push(...vfio.interruptFlags(VFIO_PCI_REQ_IRQ_INDEX, 1));
      const count = platform.memory(FLAG_BYTES);
      undo.later(() => count.free());
      const source = new Source(flag, registers, reader(platform, flag, count), () => {});
      undo.later(() => source.silence());
      return source;
    });
    return { all, recalls, lines: /vfio-msi/, calls_to_serve: 1 };
  });
