// Opening a target and asking whether a driver can: the same for every driver that owns a plain
// descriptor.
import { constants, fstatSync, type Stats, statSync } from 'node:fs';
import { SystemCallError, Unsupported } from '../../errors.ts';
import type { DriverFacts, OpenContext, Probe, Target } from '../driver.ts';
import { listenTo } from './open-input.ts';

/**
 * Open the target; `nonblocking` for drivers that must never wait in read(2). `more` are flags of open(2).
 * Throws SystemCallError, and Unsupported where blocks would be written to what the lab did not make.
 */
export function openTarget(
  context: Pick<OpenContext, 'platform' | 'target'>,
  nonblocking: boolean,
  more = 0,
): number {
  const { target, platform } = context;
  if (target.connect) return platform.posix.connectPath(target.path, nonblocking);
  let flags = target.writable ? constants.O_RDWR : constants.O_RDONLY;
  flags |= constants.O_NOCTTY | more;
  if (target.direct) flags |= constants.O_DIRECT;
  if (nonblocking) flags |= constants.O_NONBLOCK;
  refuseDisk(target);
  const fd = platform.posix.open(target.path, flags);
  const stat = fstatSync(fd);
  const no =
    refusedFolder(stat, target) ??
    refusedWriting(stat, target) ??
    listenTo(platform, fd, target.input);
  if (no === undefined) return fd;
  platform.posix.close(fd);
  throw no;
}

/** EINVAL is what open(2) says where the file system has no direct I/O; some say it at the first read. */
export function refusedDirect(error: unknown): unknown {
  if (!(error instanceof SystemCallError) || error.errno !== 'EINVAL') return error;
  return new Unsupported(
    `${error.call}: this file system takes no O_DIRECT`,
    'set IOLAB_HOME to a folder on a disk (ext4, XFS or Btrfs)',
    error.errno,
  );
}

/** A disk is not even opened for writing: some act on that alone, and others tell their holders. */
function refuseDisk({ kind, writable, path }: Target): void {
  if (kind !== 'block' || !writable) return;
  if (!statSync(path, { throwIfNoEntry: false })?.isBlockDevice()) return;
  throw new Unsupported(
    `${path} is a disk, and disks are only read`,
    'choose the device scratch, which is a file that the lab made',
    'EPERM',
  );
}

/** open(2) opens a folder for reading without complaint; only the first read(2) would refuse. */
function refusedFolder(stat: Stats, { path }: Target): Error | undefined {
  if (!stat.isDirectory()) return undefined;
  return new SystemCallError(`open ${path}`, 'EISDIR', 'A folder is no device');
}

/**
 * Blocks are written to one thing only: the file that the lab has just made. It is known by its numbers,
 * because another one may stand under its name by now, and it has no second name.
 */
function refusedWriting(stat: Stats, { kind, writable, created }: Target): Error | undefined {
  if (kind !== 'block' || !writable) return undefined;
  const same = stat.dev === created?.file_system && stat.ino === created.inode;
  return same && stat.isFile() && stat.nlink === 1 ? undefined : writesElsewhere();
}

/** Blocks would be written to what the lab did not make. */
export const writesElsewhere = (): Unsupported =>
  new Unsupported(
    'blocks are written to a file that the lab made, and this is none',
    'choose the device scratch',
    'EPERM',
  );

/** Why a driver does not fit the kind of device at all, or undefined where it does. */
export function misfit(facts: DriverFacts, context: OpenContext): Probe | undefined {
  const { target } = context;
  if (!facts.platforms.includes(process.platform)) {
    return {
      ok: false,
      reason: `${facts.id} exists on ${facts.platforms.join(', ')}, this is ${process.platform}`,
      fix: `run it on ${facts.platforms.join(' or ')}`,
    };
  }
  if (target.device === 'null' && facts.id !== 'null') {
    return {
      ok: false,
      reason: 'there is nothing to read on the null device',
      fix: 'use the null driver',
    };
  }
  if (facts.serves.includes(target.kind)) return undefined;
  const why =
    target.kind === 'block' && facts.reports === 'readiness'
      ? 'a regular file is always ready, so readiness says nothing about it'
      : `it serves devices of kind ${facts.serves.join(' and ')}, this is of kind ${target.kind}`;
  return {
    ok: false,
    reason: why,
    fix: `choose a ${facts.serves[0]} device`,
  };
}

/** The reason an attempt failed, as a probe's answer. */
export function refusal(error: unknown): Probe {
  if (error instanceof SystemCallError) {
    const { call, errno, hint } = error;
    return { ok: false, reason: `${call}: ${errno}`, errno, fix: hint || 'see iolab doctor' };
  }
  if (error instanceof Unsupported) {
    const { reason, fix, errno } = error;
    return errno ? { ok: false, reason, errno, fix } : { ok: false, reason, fix };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { ok: false, reason, fix: 'run again with --debug' };
}

/** The usual probe: try the real thing, take it down again, report what refused. */
export async function probeByOperation(
  facts: DriverFacts,
  context: OpenContext,
  attempt: () => Promise<void> | void,
): Promise<Probe> {
  const no = misfit(facts, context);
  if (no) return no;
  try {
    await attempt();
    return { ok: true };
  } catch (error) {
    return refusal(error);
  }
}
