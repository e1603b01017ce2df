// Disks of this machine: found by what the kernel says of them, opened for reading by whoever asks, and
// by nobody for writing, which this test tries with every driver that there is.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf, device, disksOf } from '../../lab/devices/disk.ts';
import { fillScratchDisk } from '../../lab/devices/parts/scratch-disk.ts';
import type { Target } from '../../lab/drivers/driver.ts';
import { allDrivers } from '../../lab/drivers/find.ts';
import { SystemCallError, Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { contextFor } from '../conformance/session.ts';

const O_ACCMODE = 3;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A disk of this machine, or a node of a disk that is made of nothing: both are block devices. */
function someDisk(): string | undefined {
  const nodes = [...disksOf(), ...readdirSync('/dev').filter(name => /^loop\d+$/.test(name))];
  return nodes.map(name => `/dev/${name}`).find(isDisk);
}

function isDisk(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isBlockDevice() ?? false;
}

const start = async (address: string) =>
  device.start({
    platform: await loadPlatform(),
    address,
    folder,
    parameters: {},
    gone: () => {},
  });

describe('finding', () => {
  it('takes what a device stands behind and what has a medium', () => {
    for (const [name, size, real] of [
      ['vda', 2048, true],
      ['sr0', 0, true],
      ['loop0', 2048, false],
      ['dm-0', 2048, false],
    ] as const) {
      mkdirSync(join(folder, name, real ? 'device' : 'queue'), { recursive: true });
      writeFileSync(join(folder, name, 'size'), `${size}\n`);
    }
    expect(disksOf(folder)).toEqual(['vda']);
    expect(bytesOf('vda', folder)).toBe(2048 * 512);
    expect(disksOf(join(folder, 'nowhere'))).toEqual([]);
  });

  it('names what can be given to --device, or says where there is a disk', async () => {
    for (const found of await device.find()) {
      if (found.ok) expect(found.id).toMatch(/^disk@\/dev\//);
      else expect(found.fix).toContain('--in vm');
    }
  });
});

describe('starting', () => {
  it('asks for a path, and says of one that is none what it is', async () => {
    await expect(start('')).rejects.toThrow(/disk@\/dev\/nvme0n1.*--in vm/);
    await expect(start('/dev/nvme9n9')).rejects.toThrow(SystemCallError);
    await expect(start('/dev/nvme9n9')).rejects.toThrow(/ENOENT.*--in vm --device vm:nvme/);
    await expect(start('/dev/null')).rejects.toThrow(/is no disk/);
    await expect(start(folder)).rejects.toThrow(Unsupported);
  });

  it('may never be written, and says that what it holds is not checked', async context => {
    const [name] = disksOf();
    if (name === undefined) return context.skip('no disk is attached here');
    const { target, identity } = await start(`/dev/${name}`);
    expect(target).toMatchObject({ writable: false, direct: true, blocks: 'unknown' });
    expect(target.bytes).toBeGreaterThan(0);
    expect(identity.checked).toMatch(/lengths only/);
  });
});

describe.runIf(process.platform === 'linux')('a disk is not written', async () => {
  const platform = await loadPlatform();
  const drivers = (await allDrivers()).filter(one => one.serves.includes('block'));

  for (const driver of drivers) {
    it(`by ${driver.id}, not even opened for it`, async context => {
      const path = someDisk();
      if (path === undefined) return context.skip('no block device has a node here');
      const opened: [path: string, mode: number][] = [];
      const open = (name: string, flags: number): number => {
        opened.push([name, flags & O_ACCMODE]);
        return platform.posix.open(name, flags);
      };
      const watched = { ...platform, posix: { ...platform.posix, open } };
      const before = descriptors();
      const target: Target = { device: 'disk', kind: 'block', path, tty: false, writable: true };
      const strangers: Target[] = [
        target,
        // One that claims to be the lab's: a disk is no file that the lab made.
        { ...target, created: { file_system: statSync(path).dev, inode: statSync(path).ino } },
      ];
      for (const one of strangers) {
        const asked = contextFor(watched, one);
        expect(await driver.probe(asked)).toMatchObject({ ok: false });
        await expect(driver.open(asked)).rejects.toThrow(Unsupported);
      }
      expect(opened.filter(([name, mode]) => name === path && mode !== 0)).toEqual([]);
      expect(descriptors()).toEqual(before);
    });
  }

  it('by the filling of a scratch disk, outside of the virtual machine', () => {
    const path = someDisk() ?? '/dev/loop0';
    expect(() => fillScratchDisk('vm:nvme', path, 1, () => true)).toThrow(/--in vm/);
  });

  it('by the filling of a scratch disk, where it is not the one', () => {
    const path = someDisk() ?? '/dev/loop0';
    process.env.IOLAB_PLACE = 'vm';
    try {
      for (const isOurs of [() => false, () => Boolean(statSync('/nowhere'))])
        expect(() => fillScratchDisk('vm:nvme', path, 1, isOurs)).toThrow(
          /no disk that the lab made/,
        );
    } finally {
      delete process.env.IOLAB_PLACE;
    }
  });
});

/** What this process has open on disks. */
const descriptors = (): string[] =>
  readdirSync('/proc/self/fd')
    .map(fd => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    })
    .filter(path => path.startsWith('/dev/') && isDisk(path));
