// VFIO: our numbers and layouts against the system's own header, the order in which a function is taken
// over, and that whatever goes wrong on the way leaves nothing open.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceGone, SystemCallError, Unsupported } from '../../lab/errors.ts';
import * as constants from '../../lab/ffi/linux/constants.ts';
import * as structs from '../../lab/ffi/linux/structs.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform, VfioCalls } from '../../lab/ffi/platform.ts';
import { VfioFunction } from '../../lab/registers/vfio.ts';

const all = { ...constants, ...structs } as Readonly<Record<string, unknown>>;
const numbers = Object.keys(constants).filter(name => name.startsWith('VFIO_'));

/** Our name, and how C says the same. */
const layouts: Readonly<Record<string, string>> = {
  VFIO_GROUP_STATUS_BYTES: 'sizeof(struct vfio_group_status)',
  VFIO_REGION_INFO_BYTES: 'sizeof(struct vfio_region_info)',
  VFIO_REGION_INFO_SIZE: 'offsetof(struct vfio_region_info, size)',
  VFIO_REGION_INFO_OFFSET: 'offsetof(struct vfio_region_info, offset)',
  VFIO_IRQ_INFO_BYTES: 'sizeof(struct vfio_irq_info)',
  VFIO_IRQ_SET_BYTES: 'offsetof(struct vfio_irq_set, data)',
  VFIO_DMA_MAP_BYTES: 'sizeof(struct vfio_iommu_type1_dma_map)',
  VFIO_DMA_UNMAP_BYTES: 'offsetof(struct vfio_iommu_type1_dma_unmap, data)',
};

/** The one name that C writes in another way. */
const IN_C = 'VFIO_TYPE1v2_IOMMU';

function fromHeader(folder: string): Record<string, number> | string {
  const said = (name: string) => layouts[name] ?? (name === 'VFIO_TYPE1V2_IOMMU' ? IN_C : name);
  const lines = [...numbers, ...Object.keys(layouts)].map(
    name => `printf("\\"${name}\\": %llu,\\n", (unsigned long long)(${said(name)}));`,
  );
  const program = `#include <linux/vfio.h>\n#include <stddef.h>\n#include <stdio.h>
    int main(void) { printf("{"); ${lines.join('\n')} printf("\\"end\\": 0}"); return 0; }`;
  const source = join(folder, 'vfio.c');
  writeFileSync(source, program);
  const built = spawnSync('cc', ['-o', join(folder, 'vfio'), source], { encoding: 'utf8' });
  if (built.error) return built.error.message;
  if (/linux\/vfio\.h: No such file/.test(built.stderr)) return 'linux/vfio.h is missing';
  if (built.status !== 0) throw new Error(built.stderr);
  const { stdout } = spawnSync(join(folder, 'vfio'), { encoding: 'utf8' });
  return JSON.parse(stdout) as Record<string, number>;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-vfio-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('numbers and layouts', () => {
  it('requests are 100 and so many of the type “;”, without a size', () => {
    const requests = {
      VFIO_GET_API_VERSION: 0,
      VFIO_SET_IOMMU: 2,
      VFIO_GROUP_SET_CONTAINER: 4,
      VFIO_GROUP_GET_DEVICE_FD: 6,
      VFIO_DEVICE_SET_IRQS: 10,
      VFIO_IOMMU_MAP_DMA: 13,
    };
    for (const [name, place] of Object.entries(requests))
      expect(all[name], name).toBe((';'.charCodeAt(0) << 8) | (100 + place));
  });

  it('are those of linux/vfio.h', context => {
    const header = fromHeader(folder);
    if (typeof header === 'string') return context.skip(`no C compiler or no header: ${header}`);
    expect(numbers.length).toBeGreaterThan(25);
    for (const name of [...numbers, ...Object.keys(layouts)])
      expect([name, all[name]]).toEqual([name, header[name]]);
  });
});

const ADDRESS = '0000:03:00.0';

/** VFIO as the kernel would answer, and a list of what it was asked for. */
function fakeVfio(over: Partial<VfioCalls> = {}) {
  const asked: string[] = [];
  const open = new Set<number>();
  let next = 100;
  const opened = (what: string) => {
    asked.push(what);
    open.add(next);
    return next++;
  };
  const calls: VfioCalls = {
    apiVersion: () => 0,
    offersIommu: () => true,
    groupFlags: () => constants.VFIO_GROUP_FLAGS_VIABLE,
    setContainer: () => void asked.push('container'),
    setIommu: (_, type) => void asked.push(`iommu ${type}`),
    deviceOf: (_, name) => opened(`device ${name}`),
    regionInfo: (_, index) => ({
      flags: constants.VFIO_REGION_INFO_FLAG_MMAP,
      bytes: index === 0 ? 16384 : 0,
      offset: index * 2 ** 40,
    }),
    interruptInfo: () => ({ flags: constants.VFIO_IRQ_INFO_EVENTFD, count: 3 }),
    setInterrupts: (_, index, flags, count, events = []) =>
      void asked.push(`interrupts ${index} ${flags} ${count} of ${events.length}`),
    mapDma: (_, __, at, length) => void asked.push(`map ${at.toString(16)} ${length}`),
    unmapDma: (_, at, length) => void asked.push(`unmap ${at.toString(16)} ${length}`),
    ...over,
  };
  return { asked, open, opened, calls };
}

async function fakePlatform(vfio: ReturnType<typeof fakeVfio>): Promise<Platform> {
  const platform = await loadPlatform();
  const { posix, linux } = platform;
  return {
    ...platform,
    posix: {
      ...posix,
      open: path => vfio.opened(`open ${path.replace(folder, '')}`),
      close: fd => {
        vfio.asked.push(`close ${fd}`);
        return vfio.open.delete(fd) ? 0 : -1;
      },
    },
    linux: {
      ...linux!,
      vfio: () => vfio.calls,
      eventfd: () => vfio.opened('eventfd'),
      mapShared: (fd, length, offset) => ({
        address: 1,
        bytes: new Uint8Array(length),
        length,
        free: () => void vfio.asked.push(`unmap BAR of ${fd} at ${offset / 2 ** 40}`),
      }),
    },
  };
}

/** A bus with one function, held by `driver`, in the group `name`. */
function fakeBus(driver = 'vfio-pci', name = 'none'): { devices: string; groups: string } {
  const devices = join(folder, 'devices');
  const group = join(folder, 'iommu', '7');
  mkdirSync(join(devices, ADDRESS), { recursive: true });
  mkdirSync(group, { recursive: true });
  mkdirSync(join(folder, 'drivers', driver), { recursive: true });
  if (name !== 'none') writeFileSync(join(group, 'name'), `${name}\n`);
  symlinkSync(group, join(devices, ADDRESS, 'iommu_group'));
  symlinkSync(join(folder, 'drivers', driver), join(devices, ADDRESS, 'driver'));
  return { devices, groups: '/dev/vfio' };
}

describe.runIf(process.platform === 'linux')('taking a function over', () => {
  it('goes from container and group to the function, and back in the other order', async () => {
    const vfio = fakeVfio();
    const platform = await fakePlatform(vfio);
    const one = new VfioFunction(platform, ADDRESS, fakeBus());
    expect(vfio.asked).toEqual([
      'open /dev/vfio/vfio',
      'open /dev/vfio/7',
      'container',
      'iommu 3',
      `device ${ADDRESS}`,
    ]);
    vfio.asked.length = 0;
    const memory = platform.memory(5000);
    expect(one.share(memory).device_address).toBe(0x100_0000);
    expect(one.share(memory).device_address, 'behind the first, on a page').toBe(0x100_2000);
    one.mapBar(0, 0x1010);
    expect(one.interruptFlags(2, 2)).toEqual([103, 104]);
    one.silence(2);
    expect(vfio.asked).toEqual([
      'map 1000000 8192',
      'map 1002000 8192',
      'eventfd',
      'eventfd',
      `interrupts 2 ${4 | 0x20} 2 of 2`,
      `interrupts 2 ${1 | 0x20} 0 of 0`,
    ]);
    vfio.asked.length = 0;
    one.close();
    one.close();
    expect(vfio.asked).toEqual([
      'unmap 1000000 8192',
      'unmap 1002000 8192',
      'unmap BAR of 102 at 0',
      'close 104',
      'close 103',
      'close 102',
      'close 101',
      'close 100',
    ]);
    expect(vfio.open.size).toBe(0);
    memory.free();
  });

  it('leaves nothing open where a step fails', async () => {
    const refusing: Partial<VfioCalls>[] = [
      { apiVersion: () => 1 },
      { groupFlags: () => 0 },
      { offersIommu: () => false },
      {
        setIommu: () => {
          throw new SystemCallError('VFIO_SET_IOMMU', 'EPERM');
        },
      },
      {
        deviceOf: () => {
          throw new SystemCallError('VFIO_GROUP_GET_DEVICE_FD', 'ENODEV');
        },
      },
    ];
    const bus = fakeBus();
    for (const over of refusing) {
      const vfio = fakeVfio(over);
      const platform = await fakePlatform(vfio);
      expect(() => new VfioFunction(platform, ADDRESS, bus)).toThrow();
      expect([...vfio.open]).toEqual([]);
    }
  });

  it('names the driver that holds the function, where it is another', async () => {
    const vfio = fakeVfio();
    const platform = await fakePlatform(vfio);
    const bus = fakeBus('nvme');
    expect(() => new VfioFunction(platform, ADDRESS, bus)).toThrow(/held by the driver nvme/);
    expect(() => new VfioFunction(platform, '0000:09:00.0', bus)).toThrow(/held by no driver/);
    expect(vfio.asked).toEqual([]);
  });

  it('without an IOMMU hands out registers and interrupts, and no memory', async () => {
    const vfio = fakeVfio();
    const platform = await fakePlatform(vfio);
    const one = new VfioFunction(platform, ADDRESS, fakeBus('vfio-pci', 'vfio-noiommu'));
    expect(vfio.asked).toContain('open /dev/vfio/noiommu-7');
    expect(vfio.asked).toContain('iommu 8');
    expect(() => one.share(platform.memory(4096))).toThrow(Unsupported);
    one.close();
  });

  it('refuses registers that the function does not have, and memory beyond its reach', async () => {
    const vfio = fakeVfio();
    const platform = await fakePlatform(vfio);
    const one = new VfioFunction(platform, ADDRESS, fakeBus());
    expect(() => one.mapBar(0, 32768)).toThrow(/16384 bytes to map, not 32768/);
    expect(() => one.mapBar(2, 4096)).toThrow(Unsupported);
    const vast = { address: 0, bytes: new Uint8Array(0), length: 2 ** 28, free() {} };
    expect(() => one.share(vast)).toThrow(RangeError);
    one.close();
  });

  it('tells of the limit where memory cannot be pinned', async () => {
    const mapDma = () => {
      throw new SystemCallError('VFIO_IOMMU_MAP_DMA', 'ENOMEM');
    };
    const platform = await fakePlatform(fakeVfio({ mapDma }));
    const one = new VfioFunction(platform, ADDRESS, fakeBus());
    expect(() => one.share(platform.memory(4096))).toThrow(/ulimit -l/);
    one.close();
  });

  it('hears of the kernel’s wish to have it back', async () => {
    const vfio = fakeVfio();
    const platform = await fakePlatform(vfio);
    let told = -1;
    const read = () => told;
    const one = new VfioFunction(
      { ...platform, posix: { ...platform.posix, read } },
      ADDRESS,
      fakeBus(),
    );
    told = 8;
    expect(one.recalled(), 'it was not asked to listen').toBe(false);
    one.watchRecall();
    told = -1;
    expect(one.recalled()).toBe(false);
    expect(() => one.keep()).not.toThrow();
    told = 8;
    expect(() => one.keep()).toThrow(DeviceGone);
    one.close();
    expect(vfio.open.size).toBe(0);
  });
});
