// Packages of Debian and its kin without root: apt-get(8) says which ones this system lacks, downloads them
// as any user may, and dpkg-deb(1) unpacks each into one folder. Nothing of the system is touched.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { Unsupported } from '../../errors.ts';
import { inPath, installed, type Manifest, manifestPath, QEMU } from '../../places/vm/kit.ts';
import { makeFolder } from '../../records/folder.ts';
import { runInstall } from '../install.ts';

const run = promisify(execFile);
const LIMIT_MS = 60_000;
const MOST_OUTPUT_BYTES = 2 ** 24;
const UPDATE = 'the list of packages may be old or missing: as root, apt-get update';

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
}

/** A program loaded with another C library than the system's would not start. */
const NEVER = /^(libc6|libc-bin|libc-l10n|locales)$/;

/**
 * All that the bench needs and this system has not: QEMU and xz with what they depend on, but for what is
 * installed, and in any case a kernel with its modules and busybox. Throws Unsupported.
 */
export async function neededPackages(kernels: readonly string[]): Promise<DebianPackage[]> {
  if (!inPath('apt-get') || !inPath('dpkg-deb')) {
    throw new Unsupported(
      'there is no apt-get here',
      'use a system with Debian’s or Ubuntu’s packages',
    );
  }
  const programs = [
    ...(inPath(QEMU) ? [] : ['qemu-system-x86']),
    ...(inPath('xz') ? [] : ['xz-utils']),
  ];
  // A simulation, and not --print-uris: that leaves out what apt has in its own cache.
  const install = ['install', '-s', '-qq', '--no-install-recommends', ...programs];
  const closure = programs.length > 0 ? installedBy(await ask('apt-get', install)) : [];
  const names = [...closure, 'busybox-static', ...(await kernelPackages(kernels))];
  const wanted = names.filter(name => !NEVER.test(name));
  return packagesIn(await ask('apt-get', ['download', '-qq', '--print-uris', ...wanted]));
}

/** Names from lines `Inst NAME (VERSION …)`, or `Inst NAME [OLD] (VERSION …)`. */
export const installedBy = (lines: string): string[] =>
  lines.split('\n').flatMap(line => /^Inst (\S+) /.exec(line)?.[1] ?? []);

async function ask(program: string, args: readonly string[]): Promise<string> {
  try {
    const options = { timeout: LIMIT_MS, maxBuffer: MOST_OUTPUT_BYTES, env: plainEnvironment() };
    return (await run(program, [...args], options)).stdout;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n')[0];
    throw new Unsupported(`${program} ${args[0]}: ${said || (error as Error).message}`, UPDATE);
  }
}

const plainEnvironment = () => ({ ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' });

/** Lines `'URL' NAME_VERSION_ARCHITECTURE.deb BYTES HASH`; a version's colon is written %3a. */
export function packagesIn(lines: string): DebianPackage[] {
  const line = /^'[^']+' ([^_\s]+)_([^_\s]+)_[^_\s]+\.deb (\d+)/;
  return lines.split('\n').flatMap(text => {
    const [, name, version, bytes] = line.exec(text) ?? [];
    if (name === undefined) return [];
    return [{ name, version: decodeURIComponent(version!), bytes: Number(bytes) }];
  });
}

/** The kernel's own package, and those with its modules where they are apart. */
async function kernelPackages(kernels: readonly string[]): Promise<string[]> {
  for (const name of kernels) {
    const depends = await ask('apt-cache', ['depends', name]).catch(() => '');
    const image = /Depends: (linux-image-(\d\S+))/.exec(depends);
    if (!image) continue;
    const [, own, release] = image;
    const apart = [`linux-modules-${release}`, `linux-modules-extra-${release}`];
    const known = await ask('apt-cache', ['pkgnames', 'linux-modules-']).catch(() => '');
    return [own!, ...apart.filter(one => known.split('\n').includes(one))];
  }
  throw new Unsupported(`none of ${kernels.join(', ')} is among this system’s packages`, UPDATE);
}

export const sizeOf = (packages: readonly DebianPackage[]): string =>
  `${Math.ceil(packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)} MB`;

/** Download and unpack; the folder is there whole or not at all. Throws Unsupported, Cancelled. */
export async function unpackPackages(
  packages: readonly DebianPackage[],
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const folder = folderOf(packages);
  const temporary = join(installed, `${folder}.part`);
  const debs = join(temporary, 'debs');
  const root = join(temporary, 'root');
  const out = new Writable({
    write(bytes: Buffer, _encoding, done) {
      say(bytes.toString());
      done();
    },
  });
  const streams = { out, err: out };
  try {
    makeFolder(debs);
    makeFolder(root);
    const names = packages.map(({ name, version }) => `${name}=${version}`);
    await runInstall(['apt-get', 'download', '-q', ...names], signal, { ...streams, cwd: debs });
    for (const file of readdirSync(debs)) {
      signal.throwIfAborted();
      await runInstall(['dpkg-deb', '-x', join(debs, file), root], signal, streams);
    }
    rmSync(join(installed, folder), { recursive: true, force: true });
    renameSync(root, join(installed, folder));
    const versions = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
    const manifest: Manifest = { packages: versions, folder };
    writeFileSync(`${manifestPath}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(`${manifestPath}.part`, manifestPath);
    removeOthers(folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Named by the versions in it. */
function folderOf(packages: readonly DebianPackage[]): string {
  const names = packages.map(({ name, version }) => `${name}=${version}`).join(' ');
  return `packages-${createHash('sha256').update(names).digest('hex').slice(0, 12)}`;
}

/** What an earlier installation left: another version, or one that was killed. */
function removeOthers(folder: string): void {
  for (const name of readdirSync(installed)) {
    if (/^packages-\w+(\.part)?$/.test(name) && name !== folder) {
      rmSync(join(installed, name), { recursive: true, force: true });
    }
  }
}
