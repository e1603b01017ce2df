// Devices of the virtual machine that a driver of the lab operates through their registers. A cell takes
// the function from whoever has it and gives it back; here it is only watched, so that a run ends when it
// is pulled out, and given back where a cell was killed before it could.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Device, DeviceFacts, DeviceSession } from '../device.ts';
import { findInVm, pciDriver, pciFolder, requireVm } from './vm.ts';
import type { vmHardware } from './vm-hardware.ts';

const LOOK_MS = 50;
const DRIVER_PROBE = '/sys/bus/pci/drivers_probe';

interface Registered extends DeviceFacts {
  /** Its name in the table of the machine's hardware. */
  readonly part: keyof typeof vmHardware.pci;
  /** Who knows its registers (lab/registers/programs.ts). */
  readonly program: string;
}

export const registerDevice = ({ part, program, ...facts }: Registered): Device => ({
  ...facts,
  find: () =>
    findInVm(facts, () => {
      try {
        pciFolder(part);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    }),
  async start({ gone }): Promise<DeviceSession> {
    requireVm(facts.id);
    const path = pciFolder(part);
    const before = pciDriver(path);
    const watch = setInterval(() => {
      if (!existsSync(path)) gone(`${facts.id} was unplugged`);
    }, LOOK_MS);
    return {
      target: {
        device: facts.id,
        kind: facts.kind,
        path,
        tty: false,
        writable: false,
        registers: { program },
      },
      identity: { about: facts.about, pci: identityOf(path) },
      async close() {
        clearInterval(watch);
        giveBack(path, before);
      },
    };
  },
});

/** Vendor, device and revision, as `1234:11e8 rev 10`. */
function identityOf(path: string): string {
  const [vendor, device, revision] = ['vendor', 'device', 'revision'].map(name =>
    readFileSync(join(path, name), 'latin1').trim().replace('0x', ''),
  );
  return `${vendor}:${device} rev ${revision}`;
}

/** To the kernel's driver that had it, or to none. */
function giveBack(path: string, before: string | undefined): void {
  try {
    const now = pciDriver(path);
    if (now === before) return;
    if (now !== undefined) writeFileSync(join(path, 'driver', 'unbind'), basename(path));
    writeFileSync(join(path, 'driver_override'), '\n');
    if (before !== undefined) writeFileSync(DRIVER_PROBE, basename(path));
  } catch {
    // Pulled out meanwhile: there is nothing to give back.
  }
}
