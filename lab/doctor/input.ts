// Input devices: keyboards and mice as /dev/input/event* (kernel Documentation/input). Reading them
// needs the group input, which also lets a program see what is typed elsewhere: so never "bad".
import { join } from 'node:path';
import { listNames } from '../measure/files.ts';
import { groupOf, joinCommand, membership, readGroups } from './groups.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

export const theme: Theme = {
  id: 'input',
  title: 'Input devices',
  platforms: ['linux'],
  examine(here: Surroundings): Finding[] {
    const id = 'input.permission';
    const events = listNames(join(here.root, 'dev/input')).filter(name => /^event\d+$/.test(name));
    if (events.length === 0) {
      return [{ id, level: 'good', text: 'no input device is attached; nothing to permit' }];
    }
    const paths = events.map(name => join(here.root, 'dev/input', name));
    const denied = paths.filter(path => here.access(path) === 'denied');
    const count = `${events.length} input device${events.length === 1 ? '' : 's'}`;
    if (denied.length === 0) {
      return [{ id, level: 'good', text: `${count}, and you may read them` }];
    }
    const groups = readGroups(here.root);
    const group = groupOf(denied[0]!, groups);
    const text = `${count}, ${denied.length} without permission for you`;
    if (group && group.gid !== 0 && membership(group, here) !== 'yes') {
      const owned = `${text}: they belong to ${group.name}, whose members can see all that is typed`;
      return [{ id, level: 'note', text: owned, fix: joinCommand(group, here) }];
    }
    return [{ id, level: 'note', text, fix: 'sudo udevadm trigger --subsystem-match=input' }];
  },
};
