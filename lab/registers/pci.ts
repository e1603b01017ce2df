// PCI functions as Linux shows them in sysfs: found by what they are, taken from their kernel driver and
// given to another one, their registers mapped. Source: docs.kernel.org/PCI/sysfs-pci.html, and
// driver_override in Documentation/ABI/testing/sysfs-bus-pci.
//
// A function is taken from its driver only inside the lab's own virtual machine: on a machine that people
// work at, that could be the disk they work on.
import {
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DeviceGone, Unsupported } from '../errors.ts';
import type { Memory, Platform } from '../ffi/platform.ts';
import { placeOfThisProcess } from '../places/place.ts';
import { MappedRegisters, PortRegisters, type Registers } from './access.ts';

const BUS = '/sys/bus/pci';
const DEVICES = `${BUS}/devices`;

/** What a function says it is. */
export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  /** Class, subclass and programming interface: 0x070002 is a 16550. */
  readonly class: number;
  readonly revision: number;
}

export interface PciFunction extends PciIdentity {
  /** Domain, bus, slot and function: `0000:00:04.0`. */
  readonly address: string;
  /** Its folder in sysfs. */
  readonly path: string;
  /** Number of its interrupt line in /proc/interrupts; 0 where it has none. */
  readonly line: number;
}

/** `/sys/bus/pci/devices/0000:00:04.0` → `0000:00:04.0`. */
export const addressOf = (path: string): string => basename(path);

const number = (path: string, name: string): number =>
  Number(readFileSync(join(path, name), 'latin1').trim());

/** All functions that `fits` takes, in the order of their addresses. Empty where there is no PCI. */
export function findFunctions(
  fits: (identity: PciIdentity) => boolean,
  devices = DEVICES,
): PciFunction[] {
  if (!existsSync(devices)) return [];
  return readdirSync(devices)
    .sort()
    .flatMap(address => {
      const path = join(devices, address);
      try {
        const identity = {
          vendor: number(path, 'vendor'),
          device: number(path, 'device'),
          class: number(path, 'class'),
          revision: number(path, 'revision'),
        };
        return fits(identity) ? [{ ...identity, address, path, line: number(path, 'irq') }] : [];
      } catch {
        // It went away while it was looked at.
        return [];
      }
    });
}

/** Name of the kernel driver that holds the function, or undefined. */
export function driverOf(path: string): string | undefined {
  try {
    return basename(readlinkSync(join(path, 'driver')));
  } catch {
    return undefined;
  }
}

/** Why no function may be taken from its driver here, or undefined where it may. */
export function refusedHere(): Unsupported | undefined {
  if (placeOfThisProcess() === 'vm') return undefined;
  return new Unsupported(
    'a PCI device is taken from its driver in the virtual machine only',
    'run the same command with --in vm',
  );
}

/** `none`: no driver at all. */
export type Holder = 'none' | 'uio_pci_generic' | 'vfio-pci';

/** Drivers that the kernel gives no function of its own accord: such a one was taken by us. */
const OURS: readonly (string | undefined)[] = ['uio_pci_generic', 'vfio-pci'];

/**
 * Give the function to `holder`; what is returned gives it back to the driver that the kernel has for it.
 * Throws Unsupported outside the virtual machine and where the kernel has no such driver, DeviceGone; the
 * function is then with its own driver again.
 */
export function claim(path: string, holder: Holder): () => void {
  const no = refusedHere();
  if (no) throw no;
  try {
    move(path, holder);
  } catch (error) {
    giveBack(path);
    throw error;
  }
  return () => giveBack(path);
}

function move(path: string, holder: Holder): void {
  const is = (): string => driverOf(path) ?? 'none';
  if (is() === holder) return;
  // A name that no driver has: the kernel then looks for none of its own accord.
  set(path, 'driver_override', holder);
  if (is() !== 'none') set(path, 'driver/unbind', addressOf(path));
  if (holder !== 'none') probe(path);
  const now = is();
  if (now === holder) return;
  throw new Unsupported(
    `the kernel did not give ${addressOf(path)} to ${holder}; ${now} has it`,
    `load it: modprobe ${holder}`,
  );
}

/** To the kernel's own choice, and not to whoever had it before: that may be what a killed process left. */
function giveBack(path: string): void {
  try {
    set(path, 'driver_override', '\n');
    if (OURS.includes(driverOf(path))) set(path, 'driver/unbind', addressOf(path));
    probe(path);
  } catch {
    // Unplugged meanwhile: there is nothing to give back.
  }
}

const probe = (path: string): void => writeFileSync(join(BUS, 'drivers_probe'), addressOf(path));

function set(path: string, name: string, value: string): void {
  try {
    writeFileSync(join(path, name), value);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!existsSync(path)) throw new DeviceGone(`${addressOf(path)} is not plugged in any more`);
    throw new Unsupported(`${addressOf(path)}/${name}: ${code}`, 'it needs root', code);
  }
}

const IORESOURCE_IO = 0x100;
const COMMAND = 4;
const COMMAND_MASTER = 0x04;
const COMMAND_INTX_OFF = 0x400;

/** Where a base address register points: the lines of `resource`, start, end and flags. */
export function region(path: string, index: number): { length: number; ports: boolean } {
  const line = readFileSync(join(path, 'resource'), 'latin1').split('\n')[index] ?? '';
  const [start = 0, end = 0, flags = 0] = line.split(' ').map(Number);
  if (start === 0) throw new Unsupported(`${addressOf(path)} has no region ${index}`, '');
  return { length: end - start + 1, ports: (flags & IORESOURCE_IO) !== 0 };
}

/** The folder's file of region `index`, open; without a driver nobody has told the function to answer. */
function openRegion(platform: Platform, path: string, index: number): number {
  if (driverOf(path) === undefined) set(path, 'enable', '1');
  return platform.posix.open(join(path, `resource${index}`), constants.O_RDWR);
}

/** Registers in memory, whoever holds the function. Throws SystemCallError, Unsupported, DeviceGone. */
export function mapRegion(platform: Platform, path: string, index: number): Memory {
  const { length, ports } = region(path, index);
  if (ports) throw new Unsupported(`region ${index} of ${addressOf(path)} is no memory`, '');
  const fd = openRegion(platform, path, index);
  try {
    return platform.posix.mapFile(fd, length, true);
  } finally {
    platform.posix.close(fd);
  }
}

/**
 * The registers behind base address register `index`: mapped, or by calls where they are ports, which
 * `counters` counts. Throws as mapRegion.
 */
export function openRegisters(
  platform: Platform,
  path: string,
  index: number,
  counters: { syscalls: number },
): Registers {
  const { length, ports } = region(path, index);
  if (!ports) return new MappedRegisters(mapRegion(platform, path, index));
  const fd = openRegion(platform, path, index);
  const close = () => void platform.posix.close(fd);
  return new PortRegisters(platform, { fd, base: 0, length }, counters, close);
}

/** The command register of a function's configuration space, through `config` of sysfs. */
export class Command {
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #memory: Memory;
  readonly #address: readonly [number, null];
  readonly #word: Uint16Array;

  /** Throws SystemCallError. */
  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    this.#fd = platform.posix.open(join(path, 'config'), constants.O_RDWR);
    this.#memory = platform.memory(8);
    this.#address = [this.#memory.address, null];
    this.#word = new Uint16Array(this.#memory.bytes.buffer, this.#memory.bytes.byteOffset, 1);
    platform.posix.pread(this.#fd, this.#address[0], 2, COMMAND);
  }

  /** Let the function's INTx through again: one call. Returns false where the function is gone. */
  allowLine(): boolean {
    this.#word[0] = this.#word[0]! & ~COMMAND_INTX_OFF;
    return this.#write();
  }

  /** May it write to memory by itself, which DMA and messages need? */
  setMaster(on: boolean): boolean {
    const word = this.#word[0]!;
    this.#word[0] = on ? word | COMMAND_MASTER : word & ~COMMAND_MASTER;
    return this.#write();
  }

  #write(): boolean {
    return this.#platform.posix.pwrite(this.#fd, this.#address[0], 2, COMMAND) === 2;
  }

  close(): void {
    this.#platform.posix.close(this.#fd);
    this.#memory.free();
  }
}
