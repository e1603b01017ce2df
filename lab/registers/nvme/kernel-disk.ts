// The disks that the kernel's own NVMe driver makes of a controller: /dev/nvme0n1 and so on. They come
// a moment after the driver was given the controller, because it asks the controller on its own thread.
// Source: the kernel's drivers/nvme/host (names), Documentation/ABI/stable/sysfs-block.
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TimedOut } from '../../errors.ts';

const LIMIT_NS = 10e9;
const PAUSE_NS = 5e6;

const names = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/**
 * Paths of the controller's disks, in the order of their namespaces; none where its driver is not the
 * kernel's, or has not asked it yet. `folder` is the function's in /sys/bus/pci/devices.
 */
export function kernelDisks(folder: string): string[] {
  const number = (name: string) => Number(/n(\d+)$/.exec(name)?.[1]);
  return names(join(folder, 'nvme'))
    .flatMap(controller => names(join(folder, 'nvme', controller)))
    .filter(name => /^nvme\d+n\d+$/.test(name))
    .sort((a, b) => number(a) - number(b))
    .map(name => `/dev/${name}`)
    .filter(path => existsSync(path));
}

/**
 * Can it be opened? The kernel makes the node before the disk behind it can be found, and in that moment opening
 * it ends with ENXIO (the order in device_add_disk, block/genhd.c). One that this user may not open is there.
 */
export function isReady(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENXIO' && code !== 'ENOENT' && code !== 'ENODEV';
  }
}

interface Clock {
  now(): number;
  sleepUntil(time_ns: number): void;
}

/** Wait until the kernel's driver shows so many disks, and they can be opened. Throws TimedOut; a function that is gone has none. */
export function awaitKernelDisks(folder: string, count: number, clock: Clock): string[] {
  const end_ns = clock.now() + LIMIT_NS;
  for (;;) {
    const disks = kernelDisks(folder).filter(isReady);
    if (disks.length >= count || !existsSync(folder)) return disks;
    const now_ns = clock.now();
    if (now_ns >= end_ns)
      throw new TimedOut(`the kernel’s NVMe driver shows ${disks.length} disks, not ${count}`);
    clock.sleepUntil(now_ns + PAUSE_NS);
  }
}
