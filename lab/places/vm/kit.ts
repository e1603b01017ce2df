// What the place needs on this machine, and where it lies: QEMU, from PATH or unpacked from the system's
// packages, a stock kernel with its modules, busybox. All that is unpacked lies in one folder of the
// checkout that `iolab bench install vm` fills (lab/benches/vm.ts); nothing here needs root.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unsupported } from '../../errors.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Not where IOLAB_HOME leads: records may lie anywhere, this belongs to the checkout. */
const benches = process.env.IOLAB_BENCHES ?? join(root, '.iolab/benches');
/** Absolute, because QEMU works in the run's folder. */
export const installed = join(resolve(benches), 'vm');
/** Which packages were unpacked, and into which folder beside it. */
export const manifestPath = join(installed, 'packages.json');
export const INSTALL = 'iolab bench install vm';

export const QEMU = 'qemu-system-x86_64';
/** The first with the properties that the machine sets (`i8042=off`). */
const OLDEST_QEMU = 7;
const LIMIT_MS = 10_000;

export interface Manifest {
  /** Versions by package. */
  readonly packages: Readonly<Record<string, string>>;
  /** Name of the folder that they were unpacked into. */
  readonly folder: string;
}

export interface Kit {
  readonly qemu: string;
  readonly qemu_version: string;
  /** Added to QEMU's environment: where an unpacked one finds its libraries and its own parts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders with firmware, where it was unpacked. */
  readonly data: readonly string[];
  readonly xz: string;
  readonly busybox: string;
  readonly kernel: KernelFiles;
  readonly manifest: Manifest;
}

export interface KernelFiles {
  readonly release: string;
  readonly image: string;
  readonly modules: string;
}

export function readManifest(): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest;
    return existsSync(join(installed, manifest.folder)) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** A program of PATH. */
export function inPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map(folder => join(folder, program))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Why the place is not here, and what helps. */
export interface Lacking {
  readonly why: string;
  /** `INSTALL`, or where installing cannot help what the user can do. */
  readonly fix: string;
}

export const isKit = (found: Kit | Lacking): found is Kit => 'kernel' in found;

const toInstall = (why: string): Lacking => ({ why, fix: INSTALL });

/** Everything, or Unsupported with what helps. */
export function requireKit(): Kit {
  const found = findKit();
  if (isKit(found)) return found;
  const { why, fix } = found;
  const state = fix === INSTALL ? 'is not installed' : 'cannot run here';
  throw new Unsupported(`the place vm ${state}: ${why}`, fix);
}

/** Asks QEMU for its version; undefined where it does not answer. */
export type AskVersion = (
  qemu: string,
  environment: Readonly<Record<string, string>>,
) => string | undefined;

/** Everything, or what is missing. */
export function findKit(ask: AskVersion = qemuVersion): Kit | Lacking {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const why = `it needs Linux on x86-64, and this is ${process.platform} on ${process.arch}`;
    return { why, fix: 'use a machine with Linux on x86-64' };
  }
  const manifest = readManifest();
  const own = inPath(QEMU);
  if (!manifest && !own) return toInstall('no kernel has been unpacked');
  const folder = join(installed, manifest?.folder ?? '');
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map(name =>
    join(folder, name),
  );
  const unpacked = { LD_LIBRARY_PATH: libraries.join(':') };
  const qemu = own ?? join(folder, 'usr/bin', QEMU);
  const environment = own ? {} : { ...unpacked, QEMU_MODULE_DIR: join(libraries[0]!, 'qemu') };
  const qemu_version = ask(qemu, environment);
  // The installation unpacks the system's QEMU, and none where PATH has one.
  const another = `put QEMU ${OLDEST_QEMU} or later into PATH`;
  if (qemu_version === undefined) {
    return { why: `${qemu} does not answer`, fix: own ? another : INSTALL };
  }
  if (Number.parseInt(qemu_version, 10) < OLDEST_QEMU) {
    const why = `QEMU ${qemu_version} is too old: ${OLDEST_QEMU} and later have what the machine is made of`;
    return { why, fix: another };
  }
  if (!manifest) return toInstall('no kernel has been unpacked');
  const xz = inPath('xz') ?? join(folder, 'usr/bin/xz');
  const busybox = ['usr/bin/busybox', 'bin/busybox'].map(at => join(folder, at)).find(isProgram);
  if (!busybox) return toInstall('there is no busybox');
  const kernel = kernelIn(folder);
  if (!kernel) return toInstall('there is no kernel');
  const data = own ? [] : ['qemu', 'seabios'].map(name => join(folder, 'usr/share', name));
  return { qemu, qemu_version, environment, data, xz, busybox, kernel, manifest };
}

export const qemuVersion: AskVersion = (qemu, environment) => {
  try {
    const options = { encoding: 'utf8', timeout: LIMIT_MS, stdio: 'pipe' } as const;
    const env = { ...process.env, ...environment };
    return /version (\d+\.\d+\S*)/.exec(
      execFileSync(qemu, ['--version'], { ...options, env }),
    )?.[1];
  } catch {
    return undefined;
  }
};

/** The one kernel in a folder of unpacked packages. */
function kernelIn(folder: string): KernelFiles | undefined {
  const boot = join(folder, 'boot');
  const image = existsSync(boot)
    ? readdirSync(boot).find(name => name.startsWith('vmlinuz-'))
    : undefined;
  if (!image) return undefined;
  const release = image.slice('vmlinuz-'.length);
  const modules = ['usr/lib/modules', 'lib/modules']
    .map(name => join(folder, name, release))
    .find(existsSync);
  return modules ? { release, image: join(boot, image), modules } : undefined;
}
