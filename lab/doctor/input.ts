// Input devices: keyboards and mice as /dev/input/event* (kernel Documentation/input). Reading them
// needs the group input, which also lets a program see what is typed elsewhere: so never "bad".
import { join } from 'node:path';
import { readInputNodes } from '../input/nodes.ts';
import { accessCommand, WHY_NOT_THE_GROUP } from '../input/permission.ts';
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
    const nodes = readInputNodes(here.root);
    const kinds = [...new Set(nodes.map(({ kind }) => kind))].filter(kind => kind !== 'other');
    const named = kinds.length > 0 ? ` (${kinds.join(', ')})` : '';
    const count = `${events.length} input device${events.length === 1 ? '' : 's'}${named}`;
    if (denied.length === 0) {
      return [{ id, level: 'good', text: `${count}, and you may read them` }];
    }
    const text = `${count}, ${denied.length} without permission for you`;
    const node = nodes.find(one => denied.some(path => path.endsWith(`/${one.event}`)));
    if (node) {
      const fix = `${accessCommand(node)} (${WHY_NOT_THE_GROUP})`;
      return [{ id, level: 'note', text, fix }];
    }
    const groups = readGroups(here.root);
    const group = groupOf(denied[0]!, groups);
    if (group && group.gid !== 0 && membership(group, here) !== 'yes') {
      const owned = `${text}: they belong to ${group.name}, whose members can see all that is typed`;
      return [{ id, level: 'note', text: owned, fix: joinCommand(group, here) }];
    }
    return [{ id, level: 'note', text, fix: 'sudo udevadm trigger --subsystem-match=input' }];
  },
};
