// Disks that are memory of this kernel's (null_blk), made for the moment by configfs: each answers in the
// way it was told, at once or by a timer. Source: the kernel's Documentation/block/null_blk.rst.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemCallError, Unsupported } from '../../errors.ts';

const CONFIGURATION = '/sys/kernel/config/nullb';

export interface NullDisk {
  readonly path: string;
  /** The kernel forgets the disk and what is on it. */
  close(): void;
}

export interface NullDiskPlan {
  /** Its name in configfs, and on most kernels the disk's own. */
  readonly name: string;
  readonly mebibytes: number;
  /** An operation ends so long after it began; at once where it is 0. */
  readonly completion_ns: number;
}

/** irqmode: how the end of an operation is announced. */
const SOFT_INTERRUPT = '1';
const TIMER = '2';

/** Why none can be made here, or undefined where one can. */
export const whyNoNullDisk = (): string | undefined =>
  existsSync(CONFIGURATION)
    ? undefined
    : 'the module null_blk is not loaded, or configfs is not mounted at /sys/kernel/config';

/** Throws Unsupported, SystemCallError. */
export function makeNullDisk({ name, mebibytes, completion_ns }: NullDiskPlan): NullDisk {
  const missing = whyNoNullDisk();
  if (missing !== undefined) throw new Unsupported(missing, 'modprobe null_blk nr_devices=0');
  const folder = join(CONFIGURATION, name);
  const set = (attribute: string, value: string) => {
    try {
      writeFileSync(join(folder, attribute), value);
    } catch (error) {
      const { code = 'EINVAL' } = error as NodeJS.ErrnoException;
      throw new SystemCallError(`null_blk ${attribute}=${value}`, code);
    }
  };
  // One that a killed process left behind goes first.
  if (existsSync(folder)) rmdirSync(folder);
  mkdirSync(folder);
  const close = () => {
    if (existsSync(folder)) rmdirSync(folder);
  };
  try {
    set('size', String(mebibytes));
    set('memory_backed', '1');
    set('irqmode', completion_ns === 0 ? SOFT_INTERRUPT : TIMER);
    set('completion_nsec', String(completion_ns));
    set('submit_queues', '1');
    set('poll_queues', '1');
    set('power', '1');
    const index = readFileSync(join(folder, 'index'), 'latin1').trim();
    const path = [`/dev/${name}`, `/dev/nullb${index}`].find(existsSync);
    if (path === undefined) throw new Unsupported(`the kernel shows no disk ${name}`, '');
    return { path, close };
  } catch (error) {
    close();
    throw error;
  }
}
