// Which disk a file stands on, how its queue is set, and which interrupt lines are its own: by
// stat(2), /proc/self/mountinfo and /sys/dev/block (kernel Documentation/ABI/stable/sysfs-block).
// Where that cannot be known, it says why instead of guessing.
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listNames, readNumber, readText, resolvePath } from './files.ts';
import { mountOf, nearestExisting, parseMounts } from './mounts.ts';

/** The disk behind a path, and how its interrupts are told from others. */
export interface BlockDevice {
  /** The whole disk's kernel name (`vda`, `nvme0n1`); undefined where no disk is behind the path. */
  readonly device: string | undefined;
  /** Matches the description of the disk's lines in /proc/interrupts; undefined: see `reason`. */
  readonly lines: RegExp | undefined;
  /** Why `device` or `lines` is missing, or what the lines count besides this disk. */
  readonly reason?: string;
  /** `none` for a disk's own node. */
  readonly fs: string;
  /** Mount point. May lie in a home: not for records. */
  readonly mount: string;
  /** True for a turning disk, false for none; virtual disks say what their host lets them. */
  readonly rotational?: boolean;
  /** The queue can be polled for completions. */
  readonly io_poll?: boolean;
  readonly scheduler?: string;
  readonly queues?: number;
  readonly nr_requests?: number;
  readonly logical_block_bytes?: number;
  /** `write back`: the disk says done while a block is only in its own cache. */
  readonly write_cache?: string;
  /** The most that the kernel fetches beyond what was asked for. */
  readonly read_ahead_bytes?: number;
}

/** Where to look, and what the caller knows. */
export interface BlockDeviceOptions {
  /** Folder that holds `proc` and `sys`. */
  readonly root?: string;
  /** Device number of the path, as stat gives it; for tests. */
  readonly dev?: { major: number; minor: number };
}

/** Linux' 64-bit dev_t as Node hands it over: glibc's gnu_dev_major and gnu_dev_minor. */
export function splitDevice(dev: number): { major: number; minor: number } {
  const high = Math.floor(dev / 2 ** 32);
  const low = dev % 2 ** 32;
  return {
    major: ((low >>> 8) & 0xfff) + (high & ~0xfff),
    minor: (low & 0xff) + ((low >>> 12) & ~0xff),
  };
}

/**
 * The disk a path stands on (a file, a folder, or a disk's own node). Undefined where the system
 * has no mountinfo or the path is not there. Never throws.
 */
export function blockDeviceOf(
  path: string,
  options: BlockDeviceOptions = {},
): BlockDevice | undefined {
  const root = options.root ?? '/';
  const text = readText(join(root, 'proc/self/mountinfo'));
  if (text === undefined) return undefined;
  const mounts = parseMounts(text);
  const mount = mountOf(nearestExisting(path) ?? path, mounts);
  const number = options.dev ? { ...options.dev, node: false } : numberOf(path);
  if (!mount || !number) return undefined;
  const base = { fs: number.node ? 'none' : mount.fs, mount: mount.point };
  const none = (reason: string, device?: string): BlockDevice => ({
    ...base,
    device,
    lines: undefined,
    reason,
  });

  let node = resolvePath(join(root, 'sys/dev/block', `${number.major}:${number.minor}`));
  if (node === undefined && mount.source.startsWith('/dev/')) {
    // btrfs and its like give files a device number of their own; the mount names the real one.
    node = resolvePath(join(root, 'sys/class/block', basename(mount.source)));
  }
  if (node === undefined) return none(`${mount.fs} stands on no disk of this machine`);
  const disk = readText(join(node, 'partition')) === undefined ? node : dirname(node);
  const device = basename(disk);
  const queue = queueOf(disk);
  if (/^(dm-|md|loop|zram|ram|nullb|nbd|drbd|bcache)/.test(device)) {
    const reason = `${device} is made of other devices or of memory and has no interrupt of its own`;
    return { ...none(reason, device), ...queue };
  }
  const lines = linesOf(disk, device);
  return lines
    ? { ...base, device, ...lines, ...queue }
    : { ...none(`no rule here names the interrupt lines of ${device}`, device), ...queue };
}

/** `node`: the path is a disk's own entry in /dev, not something stored on one. */
function numberOf(path: string): { major: number; minor: number; node: boolean } | undefined {
  try {
    const stat = statSync(path);
    const node = stat.isBlockDevice();
    return { ...splitDevice(node ? stat.rdev : stat.dev), node };
  } catch {
    return undefined;
  }
}

/** The pattern of a disk's lines, by the driver that its place in /sys names. */
function linesOf(disk: string, device: string): { lines: RegExp; reason?: string } | undefined {
  const place = resolvePath(join(disk, 'device')) ?? disk;
  const virtio = place.match(/\/(virtio\d+)(?=\/|$)/)?.[1];
  if (virtio !== undefined) {
    // virtio-blk: virtio1-req.0 (virtio1-requests before Linux 3.12's queues); virtio-scsi:
    // virtio1-request; over virtio-mmio the one line bears the bare name.
    return { lines: new RegExp(`(^|[\\s,])${virtio}(-req\\S*)?(?=[\\s,]|$)`) };
  }
  const nvme = nvmeOf(place, device);
  if (nvme !== undefined) {
    // Queue 0 is for administration and moves no data.
    return { lines: new RegExp(`(^|[\\s,])${nvme}q[1-9]\\d*(?=[\\s,]|$)`) };
  }
  const ata = place.match(/\/([\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.[\da-f])\/ata\d+\//)?.[1];
  if (ata !== undefined) {
    const address = ata.replaceAll('.', '\\.');
    return {
      lines: new RegExp(`ahci\\S*\\[${address}\\]|(^|\\s)\\S*${address}\\S*(\\s.*)?\\sahci`),
      reason: 'the line is the controller’s: it counts its other disks too',
    };
  }
  const card = place.match(/\/mmc_host\/(mmc\d+)(?=\/|$)/)?.[1];
  if (card !== undefined) return { lines: new RegExp(`(^|[\\s,])${card}(?=[\\s,]|$)`) };
  return undefined;
}

/** nvme0n1 may belong to controller nvme1: the place in /sys knows, the name does not. */
function nvmeOf(place: string, device: string): string | undefined {
  if (!device.startsWith('nvme')) return undefined;
  const direct = place.match(/\/(nvme\d+)(?=\/|$)(?!.*\/nvme\d+(?=\/|$))/)?.[1];
  if (direct !== undefined) return direct;
  const controllers = listNames(place).filter(name => /^nvme\d+$/.test(name));
  return controllers.length === 1 ? controllers[0] : undefined;
}

type Queue = Pick<
  BlockDevice,
  | 'rotational'
  | 'io_poll'
  | 'scheduler'
  | 'queues'
  | 'nr_requests'
  | 'logical_block_bytes'
  | 'write_cache'
  | 'read_ahead_bytes'
>;

/** How the disk's queue is set; what cannot be read is absent. */
export function queueOf(disk: string): Queue {
  const flag = (name: string): boolean | undefined => {
    const value = readNumber(join(disk, 'queue', name));
    return value === undefined ? undefined : value !== 0;
  };
  const text = readText(join(disk, 'queue/scheduler'))?.trim();
  const queues = listNames(join(disk, 'mq')).length;
  return present({
    rotational: flag('rotational'),
    io_poll: flag('io_poll'),
    // The one in use stands in brackets: "[none] mq-deadline".
    scheduler: text?.match(/\[([\w-]+)\]/)?.[1] ?? text?.match(/^[\w-]+$/)?.[0],
    queues: queues > 0 ? queues : undefined,
    nr_requests: readNumber(join(disk, 'queue/nr_requests')),
    logical_block_bytes: readNumber(join(disk, 'queue/logical_block_size')),
    read_ahead_bytes: kibibytes(readNumber(join(disk, 'queue/read_ahead_kb'))),
    write_cache: readText(join(disk, 'queue/write_cache'))?.match(/^write (back|through)/)?.[0],
  });
}

const kibibytes = (count: number | undefined) => (count === undefined ? undefined : count * 1024);

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
