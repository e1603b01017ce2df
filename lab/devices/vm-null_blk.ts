// Memory of the kernel's that behaves as a disk (null_blk), with a queue that can be polled: nothing but
// the kernel's own way to a disk and back. Four of them, which answer at once or after a timer of theirs,
// and hold the numbers of their blocks.
import { basename } from 'node:path';
import type { Device, DeviceFacts } from './device.ts';
import { makeNullDisk, type NullDisk, whyNoNullDisk } from './parts/null-blk.ts';
import { BLOCK_BYTES, fillScratchDisk } from './parts/scratch-disk.ts';
import { findInVm, requireVm } from './parts/vm.ts';
import { vmHardware } from './parts/vm-hardware.ts';

const facts: DeviceFacts = {
  id: 'vm:null_blk',
  title: 'Memory as a disk (null_blk)',
  kind: 'block',
  stamps: 'none',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'memory of the kernel’s that answers as a disk, at once or after a set time',
};

const MEBIBYTES = 4;
const BYTES = MEBIBYTES * 2 ** 20;
const NS_PER_US = 1000;

const makeDisk = (completion_ns: number): NullDisk => {
  const name = `nullb-iolab-${completion_ns / NS_PER_US}us`;
  return makeNullDisk({ name, mebibytes: MEBIBYTES, completion_ns });
};

export const device: Device = {
  ...facts,
  find: () => findInVm(facts, whyNoNullDisk),
  async start() {
    requireVm(facts.id);
    const disks: NullDisk[] = [];
    const close = () => {
      for (const disk of disks) disk.close();
    };
    try {
      const parts = vmHardware.delays.latency_ns.map(completion_ns => {
        const disk = makeDisk(completion_ns);
        disks.push(disk);
        const isOurs = (folder: string) => basename(folder) === basename(disk.path);
        fillScratchDisk(facts.id, disk.path, BYTES / BLOCK_BYTES, isOurs);
        return [String(completion_ns / NS_PER_US), disk.path] as const;
      });
      const path = disks[0]!.path;
      const common = {
        device: facts.id,
        kind: 'block',
        path,
        tty: false,
        writable: false,
      } as const;
      return {
        target: { ...common, direct: true, bytes: BYTES, parts: Object.fromEntries(parts) },
        identity: { about: facts.about, bytes: String(BYTES), memory_backed: 'true' },
        close: async () => close(),
      };
    } catch (error) {
      close();
      throw error;
    }
  },
};
