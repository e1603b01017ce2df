// A synthetic machine for the checks: a tree of files, a user, and who may open what.
import { relative } from 'node:path';
import type { Access, Finding, Surroundings, Theme } from '../../lab/doctor/theme.ts';
import { makeTree, type Tree } from '../measure/tree.ts';

export interface Machine extends Partial<Omit<Surroundings, 'root' | 'access'>> {
  /** By path below the root; `yes` where it is not named. */
  readonly access?: Readonly<Record<string, Access>>;
}

export function machine(tree: Tree, given: Machine = {}): Surroundings {
  const root = makeTree(tree);
  return {
    platform: 'linux',
    node: '26.10.0',
    pinned: '26.10.0',
    user: { name: 'ada', uid: 1000, gids: [1000] },
    home: root,
    freeBytes: () => 50 * 2 ** 30,
    refusal: () => undefined,
    ...given,
    root,
    access: path => given.access?.[relative(root, path)] ?? 'yes',
  };
}

/** `id: level` of each finding, and the finding by its id. */
export function examined(theme: Theme, here: Surroundings) {
  const findings = theme.examine(here);
  const levels = Object.fromEntries(findings.map(({ id, level }) => [id, level]));
  const of = (id: string): Finding => {
    const found = findings.find(one => one.id === id);
    if (!found) throw new Error(`no finding ${id}; there are ${Object.keys(levels).join(', ')}`);
    return found;
  };
  return { levels, of };
}

/** /etc/group with these groups beside root. */
export const groupFile = (...groups: readonly [name: string, gid: number, members?: string][]) =>
  [['root', 0, ''] as const, ...groups]
    .map(([name, gid, members = '']) => `${name}:x:${gid}:${members}\n`)
    .join('');
