// Which file system a path stands on, from /proc/self/mountinfo (proc_pid_mountinfo(5)), and what a
// reader must know of it: an overlay, a network or memory answers with its own speed, not a disk's.
import { dirname, join } from 'node:path';
import { readText, resolvePath } from './files.ts';

/** One file system that is mounted. */
export interface Mount {
  readonly major: number;
  readonly minor: number;
  /** Where it is mounted. May lie in a home: not for records. */
  readonly point: string;
  readonly fs: string;
  /** What is mounted: a device's path, a server, a name. Not for records. */
  readonly source: string;
}

/** What kind of thing answers below a file system. */
export type Medium = 'disk' | 'overlay' | 'network' | 'memory' | 'shared' | 'unknown';

/** A path's file system, fit for a record: it names no folder of anyone's. */
export interface PathAudit {
  readonly fs: string;
  readonly medium: Medium;
  /** What stands beside every number measured there. */
  readonly note?: string;
}

/** All mounts in the order of the text; lines of another shape are passed over. */
export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const halves = line.split(' - ');
    if (halves.length < 2) continue;
    const left = halves[0]!.split(' ');
    const right = halves.slice(1).join(' - ').split(' ');
    const device = left[2]?.match(/^(\d{1,7}):(\d{1,7})$/);
    if (!device || left[4] === undefined || !right[0]) continue;
    mounts.push({
      major: Number(device[1]),
      minor: Number(device[2]),
      point: unescapeOctal(left[4]),
      fs: right[0],
      source: unescapeOctal(right[1] ?? ''),
    });
  }
  return mounts;
}

/** mountinfo writes space, tab, line break and backslash as \040 and so on. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The mount an absolute path stands on: the longest point above it, the last one where equal. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const below = mount.point.endsWith('/') ? mount.point : `${mount.point}/`;
    if (path !== mount.point && !path.startsWith(below)) continue;
    if (!best || mount.point.length >= best.point.length) best = mount;
  }
  return best;
}

/** A path that may not exist yet: its nearest folder that does, links resolved. */
export function nearestExisting(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    const real = resolvePath(at);
    if (real !== undefined) return real;
    if (dirname(at) === at) return undefined;
  }
}

const NETWORK = new Set(['nfs', 'nfs4', 'cifs', 'smb3', 'ceph', 'afs', '9p', 'fuse.sshfs']);
const SHARED = new Set(['virtiofs', 'vboxsf', 'vmhgfs', 'fuse.vmhgfs-fuse', 'drvfs', 'prl_fs']);
const MEMORY = new Set(['tmpfs', 'ramfs', 'devtmpfs', 'hugetlbfs']);
const OVERLAY = new Set(['overlay', 'aufs', 'fuse.fuse-overlayfs', 'unionfs']);
const DISK = new Set([
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs', 'vfat', 'exfat', 'ntfs', 'ntfs3', 'zfs'],
  ...['fuseblk', 'jfs', 'reiserfs', 'nilfs2', 'bcachefs', 'squashfs', 'erofs', 'iso9660'],
]);

/** What kind of thing a file system is, and the note that belongs beside a number taken on it. */
export function describeFileSystem(fs: string): PathAudit {
  if (MEMORY.has(fs)) {
    return { fs, medium: 'memory', note: `a ${fs} is memory, not a disk` };
  }
  if (OVERLAY.has(fs)) {
    const note = `${fs}: a layer above another file system, as in a container; it adds its own cost`;
    return { fs, medium: 'overlay', note };
  }
  if (SHARED.has(fs) || fs === '9p') {
    const note = `${fs}: a folder shared by the host of this machine, not a disk of its own`;
    return { fs, medium: 'shared', note };
  }
  if (NETWORK.has(fs)) {
    return { fs, medium: 'network', note: `${fs}: a network file system, not a local disk` };
  }
  if (DISK.has(fs)) return { fs, medium: 'disk' };
  return { fs, medium: 'unknown', note: `${fs}: not known whether a disk answers below it` };
}

/**
 * The file system a path stands on, for a record. Undefined where there is no mountinfo. Never
 * throws. `root` holds `proc`; the path itself is looked up as it is.
 */
export function auditPath(path: string, root = '/'): PathAudit | undefined {
  const text = readText(join(root, 'proc/self/mountinfo'));
  if (text === undefined) return undefined;
  const mount = mountOf(nearestExisting(path) ?? path, parseMounts(text));
  return mount && describeFileSystem(mount.fs.replace(/[^\w.-]/g, '?').slice(0, 60));
}
