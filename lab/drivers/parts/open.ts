// Opening a target and asking whether a driver can: the same for every driver that owns a plain
// descriptor.
import { constants, fstatSync } from 'node:fs';
import { SystemCallError, Unsupported } from '../../errors.ts';
import type { DriverFacts, OpenContext, Probe } from '../driver.ts';

/** Open the target; `nonblocking` for drivers that must never wait in read(2). */
export function openTarget(context: OpenContext, nonblocking: boolean): number {
  const { target, platform } = context;
  if (target.connect) return platform.posix.connectPath(target.path, nonblocking);
  let flags = target.writable ? constants.O_RDWR : constants.O_RDONLY;
  flags |= constants.O_NOCTTY;
  if (target.direct) flags |= constants.O_DIRECT;
  if (nonblocking) flags |= constants.O_NONBLOCK;
  const fd = platform.posix.open(target.path, flags);
  // open(2) opens a folder for reading without complaint; only the first read(2) would refuse.
  if (!fstatSync(fd).isDirectory()) return fd;
  platform.posix.close(fd);
  throw new SystemCallError(`open ${target.path}`, 'EISDIR', 'A folder is no device');
}

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
