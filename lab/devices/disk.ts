// Any disk of this machine, by its node: `disk@/dev/nvme0n1`. It is opened for reading and never for
// writing, so what it holds is nobody's to check: only that every read brings as many bytes as asked for.
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { SystemCallError, Unsupported } from '../errors.ts';
import type { Device, DeviceFacts, FoundDevice } from './device.ts';

const facts: DeviceFacts = {
  id: 'disk',
  title: 'Disk',
  kind: 'block',
  stamps: 'none',
  evidence: 'virtual',
  addressed: true,
  board: false,
  platforms: ['linux', 'win32'],
  about: 'a whole disk or a part of one, read past the page cache and never written',
};

const IN_VM = 'or take one in the virtual machine: iolab run … --in vm --device vm:nvme';
const SECTOR_BYTES = 512;

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
};

/** Bytes of a disk by its name in /sys/class/block; 0 where there is no medium in it. */
export const bytesOf = (name: string, root = '/sys/class/block'): number =>
  SECTOR_BYTES * Number(read(join(root, name, 'size')) ?? 0);

/**
 * Disks that a device stands behind: not a file (loop), not memory (ram, zram), not one that is made of
 * others (dm, md), because those have no `device` in /sys/block.
 */
export function disksOf(root = '/sys/block'): string[] {
  try {
    return readdirSync(root)
      .filter(name => read(join(root, name, 'size')) !== '0')
      .filter(name => readdirSync(join(root, name)).includes('device'))
      .sort();
  } catch {
    return [];
  }
}

function look(name: string): FoundDevice {
  const path = `/dev/${name}`;
  const id = `${facts.id}@${path}`;
  const title = read(`/sys/block/${name}/device/model`) ?? facts.title;
  try {
    // Its mode may allow what a container does not, so it is tried: nobody notices an opening to read.
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    return { id, title, ok: true };
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'EACCES';
    const denied = errno === 'EACCES' || errno === 'EPERM';
    const reason = denied ? `no permission to read ${path}` : `${path} cannot be opened`;
    return {
      id,
      title,
      ok: false,
      reason,
      errno,
      fix: denied ? `join the group disk, ${IN_VM}` : IN_VM,
    };
  }
}

/** The path is a disk's node, by whatever name. Opens nothing. Throws SystemCallError, Unsupported. */
function diskAt(path: string): string {
  try {
    if (statSync(path).isBlockDevice()) return basename(realpathSync(path));
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'ENOENT';
    throw new SystemCallError(
      `open ${path}`,
      errno,
      `No such disk is attached: see iolab scan, ${IN_VM}`,
    );
  }
  throw new Unsupported(
    `${path} is no disk`,
    'a file of the lab’s own is the device file',
    'ENOTBLK',
  );
}

export const device: Device = {
  ...facts,
  async find() {
    const disks = disksOf();
    if (disks.length > 0) return disks.map(look);
    const reason = 'no disk is attached';
    return [{ id: facts.id, title: facts.title, ok: false, reason, fix: IN_VM }];
  },
  async start({ address, platform }) {
    if (address !== '' && platform.windows) {
      const { driveOnWindows } = await import('./parts/windows-drive.ts');
      return driveOnWindows(platform, `${facts.id}@${address}`, address, facts.about);
    }
    if (address === '')
      throw new Unsupported(
        'disk needs a path',
        `name one, as disk@/dev/nvme0n1; see iolab scan, ${IN_VM}`,
      );
    const name = diskAt(address);
    const bytes = bytesOf(name);
    if (bytes === 0) throw new Unsupported(`${address} has no medium in it`, IN_VM, 'ENOMEDIUM');
    const id = `${facts.id}@${address}`;
    return {
      target: {
        device: id,
        kind: 'block',
        path: address,
        tty: false,
        writable: false,
        direct: true,
        bytes,
        blocks: 'unknown',
      },
      identity: {
        about: facts.about,
        bytes: String(bytes),
        model: read(`/sys/class/block/${name}/device/model`) ?? 'not told',
        checked: 'lengths only: what it holds is not the lab’s',
      },
      close: async () => {},
    };
  },
};
