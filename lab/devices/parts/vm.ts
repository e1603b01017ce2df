// What the devices of the virtual machine share: outside of it they say where they are, in one line
// with the words that lead there; inside, their files look for the hardware as on any machine.
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported, WrongUsage } from '../../errors.ts';
import type { DeviceContext, DeviceFacts, FoundDevice } from '../device.ts';
import { type PciPart, vmHardware } from './vm-hardware.ts';

/** The variable that a place sets to its id (lab/places/place.ts). */
export const insideVm = (): boolean => process.env.IOLAB_PLACE === 'vm';

const elsewhere = (id: string): Unsupported =>
  new Unsupported(`${id} is a device of the virtual machine`, `iolab run … --in vm --device ${id}`);

/** Throws Unsupported outside of the virtual machine. */
export function requireVm(id: string): void {
  if (!insideVm()) throw elsewhere(id);
}

/** When the plug is to be pulled, in milliseconds from the start; NaN for never. Throws WrongUsage. */
export function unplugAfter({ unplug_after_ms: text }: DeviceContext['parameters']): number {
  if (text === undefined) return Number.NaN;
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new WrongUsage(`unplug_after_ms=${text}: give a number of milliseconds from 0 on`);
}

/** What `Device.find` answers. `missing` says why it is not there, and is asked inside only. */
export async function findInVm(
  { id, title }: Pick<DeviceFacts, 'id' | 'title'>,
  missing: () => string | undefined,
): Promise<FoundDevice[]> {
  if (!insideVm()) {
    const { reason } = elsewhere(id);
    return [{ id, title, ok: false, reason, fix: 'iolab scan --in vm' }];
  }
  const reason = missing();
  if (reason === undefined) return [{ id, title, ok: true }];
  return [{ id, title, ok: false, reason, fix: 'see what the machine said: iolab run --in vm' }];
}

/**
 * The folder of a function on the machine's PCI bus, once it is seen to be what the table says: a
 * driver of ours writes to its registers. Throws Unsupported.
 */
export function pciFolder(name: keyof typeof vmHardware.pci): string {
  const part: PciPart = vmHardware.pci[name];
  const folder = join('/sys/bus/pci/devices', part.address);
  const told = ['vendor', 'device'].map(file => read(join(folder, file)) ?? 'nothing');
  if (told[0] === part.vendor && told[1] === part.device) return folder;
  throw new Unsupported(
    `${part.address} is not ${part.vendor}:${part.device} but ${told.join(':')}`,
    'the machine is described in lab/devices/parts/vm-hardware.ts',
  );
}

/** Which kernel driver has a function; undefined where none has. */
export function pciDriver(folder: string): string | undefined {
  try {
    return readlinkSync(join(folder, 'driver')).split('/').at(-1);
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
}
