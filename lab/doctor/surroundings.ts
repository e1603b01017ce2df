// The machine at hand, as the checks want to be told of it.
import { accessSync, constants, mkdtempSync, readFileSync, rmdirSync, statfsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { labHome } from '../records/home.ts';
import type { Access, Surroundings, User } from './theme.ts';

/** Never throws: what cannot be found out is absent. */
export function surroundingsHere(): Surroundings {
  return {
    root: '/',
    platform: process.platform,
    node: process.versions.node,
    pinned: pinnedVersion(),
    user: currentUser(),
    home: labHome(),
    access: accessTo,
    refusal,
    freeBytes,
  };
}

/** The binary package of Node for this platform, as package.json pins it. */
function pinnedVersion(): string | undefined {
  try {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { optionalDependencies = {} } = JSON.parse(text) as {
      optionalDependencies?: Record<string, string>;
    };
    const os = process.platform === 'win32' ? 'win' : process.platform;
    const names = [`node-${os}-${process.arch}`, `node-bin-${os}-${process.arch}`];
    return names.map(name => optionalDependencies[name]).find(one => one !== undefined);
  } catch {
    return undefined;
  }
}

function currentUser(): User {
  const uid = process.getuid?.() ?? -1;
  const gids = [...new Set([process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])])];
  try {
    return { name: userInfo().username, uid, gids };
  } catch {
    // A container may run under a number that has no name.
    return { name: '', uid, gids };
  }
}

function accessTo(path: string): Access {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return 'yes';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'denied';
  }
}

/** By a real operation: permission bits do not tell a read-only disk, nor what /proc allows. */
function refusal(folder: string): string | undefined {
  try {
    rmdirSync(mkdtempSync(join(folder, '.iolab-doctor-')));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
