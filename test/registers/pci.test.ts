// Functions of the PCI bus, found in a tree that looks like sysfs; and nothing is ever taken from its
// driver on a machine that people work at.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { MappedRegisters, PortRegisters } from '../../lab/registers/access.ts';
import {
  addressOf,
  claim,
  driverOf,
  findFunctions,
  openRegisters,
  region,
} from '../../lab/registers/pci.ts';

/** Hears what is written to sysfs in place of the kernel; false where that is a plain file. */
const kernel = vi.hoisted(() => ({ hears: (_path: string, _text: string): boolean => false }));
vi.mock('node:fs', async importOriginal => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const writeFileSync: typeof fs.writeFileSync = (path, data, ...more) => {
    if (!kernel.hears(String(path), String(data))) fs.writeFileSync(path, data, ...more);
  };
  return { ...fs, writeFileSync };
});

const root = mkdtempSync(join(tmpdir(), 'iolab-pci-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  kernel.hears = () => false;
});

const NO_REGION = '0x0000000000000000 0x0000000000000000 0x0000000000000000';
const MEMORY = '0x00000000fea00000 0x00000000feafffff 0x0000000000040200';
const PORTS = '0x000000000000c000 0x000000000000c007 0x0000000000040101';

function addFunction(address: string, files: Readonly<Record<string, string>>, driver?: string) {
  const path = join(root, 'devices', address);
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  if (driver === undefined) return path;
  mkdirSync(join(root, 'drivers', driver), { recursive: true });
  symlinkSync(join(root, 'drivers', driver), join(path, 'driver'));
  return path;
}

const EDU = { vendor: '0x1234\n', device: '0x11e8\n', class: '0x00ff00\n', revision: '0x10\n' };
const UART = { vendor: '0x1b36\n', device: '0x0002\n', class: '0x070002\n', revision: '0x01\n' };
const edu2 = addFunction('0000:05:00.0', { ...EDU, irq: '20\n', resource: `${MEMORY}\n` });
const edu = addFunction('0000:01:00.0', {
  ...EDU,
  irq: '20\n',
  resource: `${MEMORY}\n${NO_REGION}\n`,
});
const uart = addFunction(
  '0000:02:00.0',
  { ...UART, irq: '21\n', resource: `${PORTS}\n` },
  'serial',
);
addFunction('0000:03:00.0', { vendor: 'nonsense' });

describe('functions of the bus', () => {
  const devices = join(root, 'devices');

  it('are found by what they are, in the order of their addresses', () => {
    const found = findFunctions(
      ({ vendor, device }) => vendor === 0x1234 && device === 0x11e8,
      devices,
    );
    expect(found.map(({ address, line, revision }) => [address, line, revision])).toEqual([
      ['0000:01:00.0', 20, 0x10],
      ['0000:05:00.0', 20, 0x10],
    ]);
    expect(findFunctions(one => one.class === 0x070002, devices).map(one => one.path)).toEqual([
      uart,
    ]);
    expect(addressOf(edu2)).toBe('0000:05:00.0');
  });

  it('are none where there is no bus', () => {
    expect(findFunctions(() => true, join(root, 'nowhere'))).toEqual([]);
  });

  it('tell who holds them', () => {
    expect([driverOf(uart), driverOf(edu)]).toEqual(['serial', undefined]);
  });

  it('tell memory from ports', () => {
    expect(region(edu, 0)).toEqual({ length: 2 ** 20, ports: false });
    expect(region(uart, 0)).toEqual({ length: 8, ports: true });
    expect(() => region(edu, 1)).toThrow(/has no region 1/);
  });
});

describe('taking a function from its driver', () => {
  for (const place of [undefined, 'host', 'wine']) {
    it(`is refused at the place ${place ?? 'that nobody named'}, and nothing is written`, () => {
      vi.stubEnv('IOLAB_PLACE', place);
      expect(() => claim(uart, 'none')).toThrow(Unsupported);
      expect(() => claim(uart, 'vfio-pci')).toThrow(/virtual machine only.*--in vm/);
      expect(driverOf(uart)).toBe('serial');
    });
  }
});

/**
 * A function as the kernel keeps it (Documentation/ABI/testing/sysfs-bus-pci): `own` is the driver that it
 * chooses by itself, `known` are those that it has, `held` is the one that has it at first.
 */
function functionOf(own: string | undefined, known: readonly string[], held = own) {
  const address = `0000:0a:0${nextFunction++}.0`;
  const path = addFunction(address, {}, held);
  const link = join(path, 'driver');
  let override = '';
  const bind = (driver: string | undefined) => {
    if (driverOf(path) !== undefined || driver === undefined || !known.includes(driver)) return;
    mkdirSync(join(root, 'drivers', driver), { recursive: true });
    symlinkSync(join(root, 'drivers', driver), link);
  };
  kernel.hears = (file, text) => {
    if (file === join(path, 'driver_override')) override = text.trim();
    else if (file === join(link, 'unbind')) rmSync(link);
    else if (file === '/sys/bus/pci/drivers_probe') bind(override === '' ? own : override);
    else return false;
    return true;
  };
  vi.stubEnv('IOLAB_PLACE', 'vm');
  return { path, state: () => ({ driver: driverOf(path), override }) };
}
let nextFunction = 0;

describe('a function that was taken', () => {
  const ALL = ['serial', 'vfio-pci', 'uio_pci_generic'];

  it('is given back to its driver, and the kernel’s choice is free again', () => {
    const { path, state } = functionOf('serial', ALL);
    const release = claim(path, 'vfio-pci');
    expect(state()).toEqual({ driver: 'vfio-pci', override: 'vfio-pci' });
    release();
    expect(state()).toEqual({ driver: 'serial', override: '' });
    const without = claim(path, 'none');
    expect(state().driver).toBeUndefined();
    without();
    expect(state()).toEqual({ driver: 'serial', override: '' });
  });

  it('and that no driver had before has none afterwards', () => {
    const { path, state } = functionOf(undefined, ALL);
    claim(path, 'uio_pci_generic')();
    expect(state()).toEqual({ driver: undefined, override: '' });
  });

  it('in vain is with its own driver again', () => {
    const { path, state } = functionOf('serial', ['serial']);
    expect(() => claim(path, 'vfio-pci')).toThrow(/did not give .* to vfio-pci; none has it/);
    expect(state(), 'a claim that fails gives back what it took').toEqual({
      driver: 'serial',
      override: '',
    });
  });

  for (const held of ['vfio-pci', 'uio_pci_generic'] as const) {
    it(`and left at ${held} by a process that was killed goes back to its own driver`, () => {
      const { path, state } = functionOf('serial', ALL, held);
      claim(path, 'vfio-pci')();
      const hint = `${held} is no driver to give back to: let the kernel choose`;
      expect(state(), hint).toEqual({ driver: 'serial', override: '' });
    });
  }
});

describe('registers', async () => {
  const platform = await loadPlatform();

  it('that lie in memory are loaded and stored in place', () => {
    writeFileSync(join(edu, 'resource0'), new Uint8Array(2 ** 20));
    mkdirSync(join(root, 'drivers', 'uio_pci_generic'), { recursive: true });
    symlinkSync(join(root, 'drivers', 'uio_pci_generic'), join(edu, 'driver'));
    const counters = { syscalls: 0 };
    const registers = openRegisters(platform, edu, 0, counters);
    expect(registers).toBeInstanceOf(MappedRegisters);
    registers.store32(0x20, -2);
    registers.store8(0x25, 0x7f);
    expect([registers.load32(0x20), registers.load8(0x20), registers.load32(0x24)]).toEqual([
      -2, 0xfe, 0x7f00,
    ]);
    registers.free();
    expect(counters.syscalls, 'no call for an access').toBe(0);
    expect(readFileSync(join(edu, 'resource0')).readInt32LE(0x20)).toBe(-2);
  });

  it('that are ports take a call each, and are all ones behind the end', () => {
    writeFileSync(join(uart, 'resource0'), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const counters = { syscalls: 0 };
    const registers = openRegisters(platform, uart, 0, counters);
    expect(registers).toBeInstanceOf(PortRegisters);
    registers.store8(7, 0x5a);
    expect([registers.load8(0), registers.load8(7), registers.load32(0)]).toEqual([
      1, 0x5a, 0x0403_0201,
    ]);
    registers.store32(4, 0x1122_3344);
    expect(registers.load8(4)).toBe(0x44);
    expect([registers.load8(9), registers.load32(8)], 'nobody answers there').toEqual([0xff, -1]);
    expect(counters.syscalls).toBe(8);
    registers.free();
    registers.free();
  });
});
