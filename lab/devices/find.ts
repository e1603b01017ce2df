// Devices are found by listing their folder. An id is a family, or a family and an address:
// `fifo`, `serial@/dev/ttyACM0`. A device of the virtual machine is `vm:edu`, in the file `vm-edu.ts`.
import { readdirSync } from 'node:fs';
import type { Device } from './device.ts';

/** Files of this folder that are not devices. */
const OTHERS = new Set(['device.ts', 'find.ts', 'stamp.ts', 'stamper.ts', 'board.ts']);

/** A file's name cannot hold the colon of these ids on every system. */
const IN_VM = { id: 'vm:', file: 'vm-' } as const;

const idOf = (file: string): string =>
  file.startsWith(IN_VM.file) ? `${IN_VM.id}${file.slice(IN_VM.file.length)}` : file;

const fileOf = (family: string): string =>
  family.startsWith(IN_VM.id) ? `${IN_VM.file}${family.slice(IN_VM.id.length)}` : family;

export function deviceIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => idOf(name.slice(0, -'.ts'.length)))
    .sort();
}

/** Imports the device's file, which runs no foreign code. Throws where there is none. */
export async function findDevice(family: string): Promise<Device> {
  const file = new URL(`${fileOf(family)}.ts`, import.meta.url);
  const { device } = (await import(file.href)) as { device: Device };
  return device;
}

export const allDevices = (): Promise<Device[]> => Promise.all(deviceIds().map(findDevice));

/** `serial@/dev/ttyACM0` → family and address; the address is empty where none is given. */
export function splitId(id: string): { family: string; address: string } {
  const at = id.indexOf('@');
  return at < 0
    ? { family: id, address: '' }
    : { family: id.slice(0, at), address: id.slice(at + 1) };
}
