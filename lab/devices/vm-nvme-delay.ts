// NVMe disks of the virtual machine that answer after a time of our choosing, and hold nothing but zeros:
// QEMU's null-co behind its NVMe controller, a namespace for each latency. So the part of the disk in the
// time of a read is known, and what is left is the way there and back.
import type { Device, DeviceFacts } from './device.ts';
import { requireVm } from './parts/vm.ts';
import { vmHardware } from './parts/vm-hardware.ts';
import { findNvme, nvmeIdentity, openNvme } from './parts/vm-nvme.ts';

const facts: DeviceFacts = {
  id: 'vm:nvme-delay',
  title: 'NVMe disks with a set latency',
  kind: 'block',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'QEMU’s NVMe controller over disks of zeros that answer after a set time',
};

const { latency_ns, bytes } = vmHardware.delays;
const NS_PER_US = 1000;

export const device: Device = {
  ...facts,
  find: () => findNvme(facts, 'nvme-delay'),
  async start({ platform, gone }) {
    requireVm(facts.id);
    const disk = openNvme('nvme-delay', latency_ns.length, platform, gone);
    const { paths, address } = disk;
    const parts = latency_ns.map((one, at) => [String(one / NS_PER_US), paths[at]!] as const);
    const path = paths[0]!;
    const common = { device: facts.id, kind: 'block', path, tty: false, writable: false } as const;
    return {
      target: {
        ...common,
        direct: true,
        bytes,
        blocks: 'zeros',
        pci: { address },
        parts: Object.fromEntries(parts),
      },
      identity: { about: facts.about, bytes: String(bytes), ...nvmeIdentity(path) },
      refresh: async () => void disk.restore(),
      close: async () => disk.close(),
    };
  },
};
