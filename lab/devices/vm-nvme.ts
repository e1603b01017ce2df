// The NVMe disk of the virtual machine: its scratch disk, new for every boot. The kernel's driver serves
// it as any disk, and a driver of the lab's may have the controller for itself. It is filled with the
// numbers of its blocks before anything is measured.
import type { Device, DeviceFacts } from './device.ts';
import { BLOCK_BYTES, fillScratchDisk, says } from './parts/scratch-disk.ts';
import { requireVm } from './parts/vm.ts';
import { vmHardware } from './parts/vm-hardware.ts';
import { findNvme, nvmeIdentity, openNvme } from './parts/vm-nvme.ts';

const facts: DeviceFacts = {
  id: 'vm:nvme',
  title: 'NVMe disk',
  kind: 'block',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'QEMU’s NVMe controller with a scratch disk, which is a file of the host’s',
};

/** Enough that reads are spread, few enough to be filled in a moment. */
const BYTES = 16 * 2 ** 20;
const { serial } = vmHardware.scratch;

export const device: Device = {
  ...facts,
  find: () => findNvme(facts, 'nvme'),
  async start({ platform, gone }) {
    requireVm(facts.id);
    const disk = openNvme('nvme', 1, platform, gone);
    try {
      const path = disk.paths[0]!;
      fillScratchDisk(facts.id, path, BYTES / BLOCK_BYTES, says('device/serial', serial));
      const { address } = disk;
      const common = {
        device: facts.id,
        kind: 'block',
        path,
        tty: false,
        writable: false,
      } as const;
      return {
        target: { ...common, direct: true, bytes: BYTES, pci: { address, scratch_serial: serial } },
        identity: { about: facts.about, bytes: String(BYTES), ...nvmeIdentity(path) },
        refresh: async () => void disk.restore(),
        close: async () => disk.close(),
      };
    } catch (error) {
      disk.close();
      throw error;
    }
  },
};
