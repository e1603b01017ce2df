// What the NVMe disks of the virtual machine share: they are looked up by their place on the PCI bus, are
// the kernel's until a driver of the lab's takes the controller, and are the kernel's again afterwards.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Platform } from '../../ffi/platform.ts';
import { awaitKernelDisks } from '../../registers/nvme/kernel-disk.ts';
import type { DeviceFacts, FoundDevice } from '../device.ts';
import { findInVm, pciDriver, pciFolder } from './vm.ts';

type Part = 'nvme' | 'nvme-delay';

const KERNEL_DRIVER = 'nvme';
const LOOK_MS = 50;

export const findNvme = (facts: DeviceFacts, part: Part): Promise<FoundDevice[]> =>
  findInVm(facts, () => {
    try {
      pciFolder(part);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  });

export interface NvmeDisks {
  readonly folder: string;
  readonly address: string;
  /** The nodes of its namespaces, in order. */
  readonly paths: readonly string[];
  /** Make sure that the kernel has the controller, also where a cell was killed that had it. */
  restore(): void;
  close(): void;
}

/** Throws Unsupported where it is not there, TimedOut where the kernel does not get along with it. */
export function openNvme(
  part: Part,
  count: number,
  platform: Platform,
  gone: (reason: string) => void,
): NvmeDisks {
  const folder = pciFolder(part);
  const restore = () => {
    returnTo(KERNEL_DRIVER, folder);
    return awaitKernelDisks(folder, count, platform);
  };
  const paths = restore();
  const watch = setInterval(() => {
    if (!existsSync(folder)) gone(`vm:${part} was unplugged`);
  }, LOOK_MS);
  return {
    folder,
    address: basename(folder),
    paths,
    restore,
    close() {
      clearInterval(watch);
      try {
        returnTo(KERNEL_DRIVER, folder);
      } catch {
        // Pulled out meanwhile: there is nothing to give back.
      }
    },
  };
}

/** From whatever driver has the function to `driver`. */
function returnTo(driver: string, folder: string): void {
  const now = pciDriver(folder);
  if (now === driver) return;
  if (now !== undefined) writeFileSync(join(folder, 'driver', 'unbind'), basename(folder));
  writeFileSync(join(folder, 'driver_override'), '\n');
  writeFileSync('/sys/bus/pci/drivers_probe', basename(folder));
}

/** What a controller says of itself: model and firmware. Not its serial number. */
export function nvmeIdentity(path: string): Record<string, string> {
  const disk = basename(path);
  const said = (file: string): string => {
    try {
      return readFileSync(`/sys/block/${disk}/device/${file}`, 'latin1').trim();
    } catch {
      return 'not told';
    }
  };
  return { model: said('model'), firmware: said('firmware_rev') };
}
