// From a path to its disk and its interrupt lines, on synthetic machines: virtio, NVMe, SATA, cards,
// and the ones where only "cannot be known" is honest.
import { describe, expect, test } from 'vitest';
import { type BlockDevice, blockDeviceOf, splitDevice } from '../../lab/measure/block-device.ts';
import { parseInterrupts, sumLines } from '../../lab/measure/interrupts.ts';
import { makeTree, type Tree } from './tree.ts';

const QUEUE = {
  'queue/rotational': '0\n',
  'queue/io_poll': '1\n',
  'queue/scheduler': 'mq-deadline [none]\n',
  'queue/nr_requests': '256\n',
  'queue/logical_block_size': '512\n',
  'queue/write_cache': 'write back\n',
  'queue/read_ahead_kb': '128\n',
  'mq/0/cpu_list': '0\n',
  'mq/1/cpu_list': '1\n',
};

/** A machine with one disk at `place` below sys/devices, mounted at /. */
function machine(place: string, tree: Tree = {}, fs = 'ext4', source = '/dev/disk'): string {
  const disk = `sys/devices/${place}`;
  const queue = Object.entries(QUEUE).map(([name, text]) => [`${disk}/${name}`, text]);
  return makeTree({
    'proc/self/mountinfo': `1 1 8:0 / / rw - ${fs} ${source} rw\n`,
    'sys/dev/block/8:0': { link: `../../devices/${place}` },
    ...(Object.fromEntries(queue) as Tree),
    ...tree,
  });
}

const look = (root: string): BlockDevice =>
  blockDeviceOf('/', { root, dev: { major: 8, minor: 0 } })!;

/** Sum of `1`s over the lines that belong to the disk. */
const matching = (device: BlockDevice, descriptions: readonly string[]): number | undefined =>
  sumLines(
    parseInterrupts(`CPU0\n${descriptions.map((text, i) => `${i}: 1 ${text}`).join('\n')}\n`),
    device.lines!,
  );

describe('virtio', () => {
  const place = 'pci0000:00/0000:00:02.0/virtio1/block/vda';
  const device = { [`sys/devices/${place}/device`]: { link: '../../../virtio1' } };

  test('a disk has the lines of its own queues', () => {
    const found = look(machine(place, device));
    expect(found.device).toBe('vda');
    const lines = [
      'PCI-MSIX-0000:00:02.0 0-edge virtio1-config',
      'PCI-MSIX-0000:00:02.0 1-edge virtio1-req.0',
      'PCI-MSIX-0000:00:02.0 2-edge virtio1-req.1',
      'PCI-MSIX-0000:00:03.0 1-edge virtio11-req.0',
      'PCI-MSIX-0000:00:04.0 1-edge virtio0-req.0',
    ];
    expect(matching(found, lines)).toBe(2);
    expect(matching(found, ['GICv2 77 Edge virtio1'])).toBe(1);
  });

  test('tells how its queue is set', () => {
    expect(look(machine(place, device))).toMatchObject({
      fs: 'ext4',
      mount: '/',
      rotational: false,
      io_poll: true,
      scheduler: 'none',
      queues: 2,
      nr_requests: 256,
      logical_block_bytes: 512,
      write_cache: 'write back',
      read_ahead_bytes: 131072,
    });
  });

  test('a partition leads to its disk', () => {
    const root = machine(place, {
      ...device,
      [`sys/devices/${place}/vda3/partition`]: '3\n',
      'sys/dev/block/8:3': { link: `../../devices/${place}/vda3` },
    });
    const found = blockDeviceOf('/', { root, dev: { major: 8, minor: 3 } });
    expect(found?.device).toBe('vda');
    expect(found?.scheduler).toBe('none');
  });

  test('what /sys does not say stays absent', () => {
    const bare = makeTree({
      'proc/self/mountinfo': '1 1 8:0 / / rw - ext4 /dev/vda rw\n',
      'sys/dev/block/8:0': { link: '../../devices/virtio1/block/vda' },
      'sys/devices/virtio1/block/vda/size': '8\n',
    });
    const found = look(bare);
    expect(found.lines).toBeInstanceOf(RegExp);
    expect(Object.keys(found).sort()).toEqual(['device', 'fs', 'lines', 'mount']);
  });
});

describe('nvme', () => {
  const lines = ['PCI-MSIX 0-edge nvme0q0', 'PCI-MSIX 1-edge nvme0q1', 'PCI-MSIX 9-edge nvme10q1'];

  test('counts the data queues, not the administration queue', () => {
    const place = 'pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1';
    const found = look(
      machine(place, { [`sys/devices/${place}/device`]: { link: '../../nvme0' } }),
    );
    expect(found.device).toBe('nvme0n1');
    expect(matching(found, lines)).toBe(1);
  });

  test('asks /sys for the controller, whose number may differ from the name', () => {
    const place = 'virtual/nvme-subsystem/nvme-subsys1/nvme1n1';
    const root = machine(place, {
      [`sys/devices/${place}/device`]: { link: '../../nvme-subsys1' },
      'sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme0/state': 'live\n',
    });
    expect(matching(look(root), lines)).toBe(1);
  });

  test('with several controllers nothing is guessed', () => {
    const place = 'virtual/nvme-subsystem/nvme-subsys1/nvme1n1';
    const root = machine(place, {
      [`sys/devices/${place}/device`]: { link: '../../nvme-subsys1' },
      'sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme0/state': 'live\n',
      'sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1/state': 'live\n',
    });
    expect(look(root).lines).toBeUndefined();
    expect(look(root).reason).toMatch(/nvme1n1/);
  });
});

test('a SATA disk has its controller’s line, and is told to share it', () => {
  const place = 'pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda';
  const found = look(
    machine(place, { [`sys/devices/${place}/device`]: { link: '../../../0:0:0:0' } }),
  );
  expect(matching(found, ['PCI-MSI 512000-edge ahci[0000:00:1f.2]'])).toBe(1);
  expect(matching(found, ['PCI-MSI-0000:00:1f.2 0-edge ahci0'])).toBe(1);
  expect(matching(found, ['PCI-MSI 512000-edge ahci[0000:00:1f.3]', 'xhci_hcd'])).toBeUndefined();
  expect(found.reason).toMatch(/other disks/);
});

test('a memory card has its host’s line', () => {
  const place = 'platform/soc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0';
  const found = look(
    machine(place, { [`sys/devices/${place}/device`]: { link: '../../mmc0:aaaa' } }),
  );
  expect(matching(found, ['GICv2 77 Level mmc1', 'bcm2836 8 Edge mmc0, mmc9'])).toBe(1);
});

describe('what has no line says why', () => {
  for (const name of ['dm-0', 'loop3', 'md0', 'zram0', 'nbd1']) {
    test(name, () => {
      const found = look(machine(`virtual/block/${name}`));
      expect(found.lines).toBeUndefined();
      expect(found.device).toBe(name);
      expect(found.reason).toMatch(/made of other devices/);
    });
  }

  test('an unknown kind of disk', () => {
    expect(look(machine('pci0000:00/usb1/1-2/block/sdq')).reason).toMatch(/no rule/);
  });

  test('tmpfs and overlay', () => {
    for (const fs of ['tmpfs', 'overlay']) {
      const root = makeTree({ 'proc/self/mountinfo': `1 1 0:30 / / rw - ${fs} ${fs} rw\n` });
      const found = blockDeviceOf('/', { root, dev: { major: 0, minor: 30 } })!;
      expect([found.device, found.lines]).toEqual([undefined, undefined]);
      expect(found.reason).toMatch(fs);
    }
  });
});

test('btrfs: the mount names the disk that the file’s own number does not', () => {
  const place = 'pci0000:00/0000:00:02.0/virtio2/block/vdb';
  const root = makeTree({
    'proc/self/mountinfo': '1 1 0:30 / / rw - btrfs /dev/vdb rw\n',
    'sys/class/block/vdb': { link: `../../devices/${place}` },
    [`sys/devices/${place}/size`]: '8\n',
  });
  expect(blockDeviceOf('/', { root, dev: { major: 0, minor: 31 } })?.device).toBe('vdb');
});

test('no mountinfo, no path: undefined, never an exception', () => {
  expect(blockDeviceOf('/', { root: makeTree({ x: '' }) })).toBeUndefined();
  const root = machine('virtual/block/loop0');
  expect(blockDeviceOf('/no/such/file', { root })).toBeUndefined();
  expect(blockDeviceOf('\0', { root })).toBeUndefined();
});

test('device numbers split as makedev joined them', () => {
  expect(splitDevice(0xfe00)).toEqual({ major: 254, minor: 0 });
  expect(splitDevice(0x10301)).toEqual({ major: 259, minor: 1 });
  expect(splitDevice(0x100800)).toEqual({ major: 8, minor: 256 });
});
