// The drive that a Raspberry Pi Pico shows in its boot loader, and the copying of an image to it.
// RP2040 datasheet, chapter "USB Mass Storage Interface"; getmntent(3) for the list of mounts.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CannotSave, TimedOut, Unsupported, WrongUsage } from '../errors.ts';

const LABEL = 'RPI-RP2';
const INFO = 'INFO_UF2.TXT';
/** The name of our file on the drive; the boot loader does not care. */
export const FILE_NAME = 'iolab.uf2';
const LEAVE_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 50;
const PLUG = 'hold BOOTSEL while plugging the Pico in';

/** Where the file systems are mounted, of /proc/mounts; spaces and such are octal there. */
export function mountPoints(mounts: string): string[] {
  return mounts.split('\n').flatMap(line => {
    const point = line.split(' ')[1];
    if (point === undefined) return [];
    return [
      point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    ];
  });
}

/** Is this a Pico's drive? Its boot loader says so in a file. */
export function isPicoVolume(folder: string): boolean {
  try {
    return new RegExp(`^Board-ID:\\s*${LABEL}\\s*$`, 'm').test(
      readFileSync(join(folder, INFO), 'latin1'),
    );
  } catch {
    return false;
  }
}

/** The drive to write to. Throws Unsupported where there is none, WrongUsage where there are several. */
export function findVolume(named: string | undefined): string {
  if (named !== undefined) {
    if (isPicoVolume(named)) return named;
    const why = existsSync(named) ? `has no ${INFO} of a Pico` : 'is not there';
    throw new Unsupported(`${named} ${why}`, `${PLUG}, and name the drive that appears`);
  }
  const found = candidates().filter(isPicoVolume);
  const [first] = found;
  if (found.length > 1) {
    throw new WrongUsage(`several Picos wait: choose one with --volume ${found.join(' or ')}`);
  }
  if (first !== undefined) return first;
  const disk = `/dev/disk/by-label/${LABEL}`;
  if (existsSync(disk)) {
    throw new Unsupported('a Pico’s drive is there and not mounted', `udisksctl mount -b ${disk}`);
  }
  throw new Unsupported(
    'no Pico waits in its boot loader',
    `${PLUG}, or name its drive with --volume`,
  );
}

function candidates(): string[] {
  if (process.platform === 'darwin') return [`/Volumes/${LABEL}`];
  try {
    return mountPoints(readFileSync('/proc/mounts', 'utf8'));
  } catch {
    return [];
  }
}

/** What a write gets when the board has taken the image and gone. */
const GONE = new Set(['EIO', 'ENODEV', 'ENXIO', 'ESTALE', 'ENOENT']);

/**
 * Copy the image and wait until the drive leaves, which it does as soon as the image runs. Throws
 * CannotSave, TimedOut, WrongUsage where a file of that name is there.
 */
export async function copyImage(
  volume: string,
  bytes: Uint8Array,
  signal: AbortSignal,
  limit_ms = LEAVE_LIMIT_MS,
): Promise<void> {
  write(join(volume, FILE_NAME), bytes);
  const end_ms = performance.now() + limit_ms;
  while (isPicoVolume(volume)) {
    signal.throwIfAborted();
    if (performance.now() > end_ms) {
      throw new TimedOut(
        `the image was copied, and ${volume} is still there after ${limit_ms} ms: the Pico did not take it`,
      );
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function write(path: string, bytes: Uint8Array): void {
  let written = 0;
  try {
    const fd = openSync(path, 'wx');
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new WrongUsage(`${path} is there already: remove it, or plug the Pico in anew`);
    if (written === bytes.length && GONE.has(code)) return;
    throw new CannotSave(`${path} could not be written: ${code}`);
  }
}
