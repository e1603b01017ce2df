// Who may open a device file: its owner, its group, and whether the user is in that group now, or
// will be after the next login (group(5), credentials(7)).
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../measure/files.ts';
import type { Surroundings } from './theme.ts';

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The groups of /etc/group; lines of another shape are passed over. */
export function readGroups(root: string): Group[] {
  const groups: Group[] = [];
  for (const line of (readText(join(root, 'etc/group')) ?? '').split('\n')) {
    const [name, , gid, members = ''] = line.split(':');
    if (!name || gid === undefined || !/^\d{1,10}$/.test(gid)) continue;
    groups.push({ name, gid: Number(gid), members: members.split(',').filter(Boolean) });
  }
  return groups;
}

/** The group that owns a file, by name where /etc/group knows it; undefined where there is no file. */
export function groupOf(path: string, groups: readonly Group[]): Group | undefined {
  try {
    const { gid } = statSync(path);
    return groups.find(one => one.gid === gid) ?? { name: String(gid), gid, members: [] };
  } catch {
    return undefined;
  }
}

/** Does the file's mode let its group read and write? */
export function groupMayWrite(path: string): boolean {
  try {
    return (statSync(path).mode & 0o060) === 0o060;
  } catch {
    return false;
  }
}

/** yes: now · later: in /etc/group, and this session began before that · no. */
export function membership(group: Group, { user }: Surroundings): 'yes' | 'later' | 'no' {
  if (user.uid === 0 || user.gids.includes(group.gid)) return 'yes';
  return group.members.includes(user.name) ? 'later' : 'no';
}

/** The command that lets this user into the group, or the one that makes it count. */
export function joinCommand(group: Group, here: Surroundings): string {
  if (membership(group, here) === 'later') return `newgrp ${group.name} (or log in again)`;
  return `sudo usermod -aG ${group.name} ${here.user.name || '"$USER"'} (then log in again)`;
}
