// From benches to the one command that installs them: apt-get(8) on Debian and its kin, with sudo
// where the user is not root; Homebrew elsewhere, which refuses to run as root.
import { Unsupported } from '../../errors.ts';
import type { Bench } from '../bench.ts';
import { findProgram } from './find-program.ts';

export interface Installer {
  /** Path of a program, or undefined where there is none. */
  readonly find: (program: string) => string | undefined;
  /** The user's number; undefined on systems without one. */
  readonly uid: number | undefined;
}

const here = (): Installer => ({
  find: program => findProgram(program),
  uid: process.getuid?.(),
});

/** Program and arguments, nothing for a shell to read. */
export type CommandLine = readonly [program: string, ...args: string[]];

/**
 * The command that installs the packages of all these benches. Throws Unsupported, naming the
 * packages, where there is no package manager that has them.
 */
export function installCommand(benches: readonly Bench[], system = here()): CommandLine {
  const apt = unique(benches.flatMap(({ packages }) => packages.apt));
  if (system.find('apt-get')) {
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...apt];
    if (system.uid === 0) return install as [string, ...string[]];
    if (system.find('sudo')) return ['sudo', ...install];
    throw new Unsupported('you are not root and there is no sudo', `as root: ${install.join(' ')}`);
  }
  const brew = benches.map(({ packages }) => packages.brew);
  if (system.find('brew') && brew.every(one => one !== undefined)) {
    return ['brew', 'install', ...unique(brew.flatMap(one => one ?? []))];
  }
  const lacking = system.find('brew') ? 'Homebrew has no packages for it' : 'no apt-get or brew';
  throw new Unsupported(
    `${benches.map(({ id }) => id).join(', ')} cannot be installed from here: ${lacking}`,
    `install with your own package manager, by Debian's names: ${apt.join(' ')}`,
  );
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];
