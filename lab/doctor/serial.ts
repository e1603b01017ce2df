// Serial ports: is one there, may this user open it, and has it a name that stays. "No permission"
// and "not there" are different findings with different fixes (espflash#103 shows what happens
// otherwise).
import { basename, join } from 'node:path';
import { listNames, readNumber, resolvePath } from '../measure/files.ts';
import { groupMayWrite, groupOf, joinCommand, membership, readGroups } from './groups.ts';
import { usbPorts } from './ports.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

/** Who owns serial ports where none is attached to ask: Debian and its kin, then Arch. */
const USUAL_GROUPS = ['dialout', 'uucp'];
/** Longer than this and an answer of a few bytes waits for the timer instead of the wire. */
const LATENCY_TIMER_MS = 1;

export const theme: Theme = {
  id: 'serial',
  title: 'Serial ports',
  platforms: ['linux'],
  examine(here) {
    const ports = usbPorts(here.root);
    if (ports.length === 0) return [noPort(here)];
    return [
      ...ports.map(port => permission(port, here)),
      ...stableNames(ports, here.root),
      ...ports.flatMap(port => latencyTimer(port, here.root)),
    ];
  },
};

function noPort(here: Surroundings): Finding {
  const id = 'serial.group';
  const none = 'no USB serial port is attached';
  if (here.user.uid === 0) {
    return { id, level: 'good', text: `${none}; as root you may open any` };
  }
  const groups = readGroups(here.root);
  const group = USUAL_GROUPS.map(name => groups.find(one => one.name === name)).find(Boolean);
  if (!group) {
    return { id, level: 'good', text: `${none}, and no group is known to own them here` };
  }
  const is = membership(group, here);
  if (is === 'yes') {
    return {
      id,
      level: 'good',
      text: `${none}; you are in ${group.name}, which usually owns them`,
    };
  }
  const how = is === 'later' ? 'will be, after the next login,' : 'are not';
  const text = `${none}; you ${how} in ${group.name}, the group that usually owns them`;
  return { id, level: 'note', text, fix: joinCommand(group, here) };
}

function permission(port: string, here: Surroundings): Finding {
  const id = `serial.permission.${port}`;
  const path = join(here.root, 'dev', port);
  const name = `/dev/${port}`;
  const access = here.access(path);
  if (access === 'yes') return { id, level: 'good', text: `${name} is there and you may open it` };
  if (access === 'absent') {
    const text = `${name} went away while it was looked at`;
    return { id, level: 'note', text, fix: 'plug it in again, then iolab doctor' };
  }
  const group = groupOf(path, readGroups(here.root));
  if (group && group.gid !== 0 && groupMayWrite(path) && membership(group, here) !== 'yes') {
    const late = membership(group, here) === 'later' ? ', since your session is older' : '';
    const text = `${name} is there, without permission for you: it belongs to ${group.name}, and you are not in that group${late}`;
    return { id, level: 'bad', text, fix: joinCommand(group, here) };
  }
  const text = `${name} is there, without permission for you, and joining a group does not help`;
  const user = here.user.name || '"$USER"';
  return { id, level: 'bad', text, fix: `sudo setfacl -m u:${user}:rw ${name} (until replugged)` };
}

/** udev's names in /dev/serial/by-id, which stay when ports are plugged in another order. */
function stableNames(ports: readonly string[], root: string): Finding[] {
  const id = 'serial.by_id';
  const folder = join(root, 'dev/serial/by-id');
  const named = new Set(
    listNames(folder).map(name => basename(resolvePath(join(folder, name)) ?? '')),
  );
  const without = ports.filter(port => !named.has(port));
  if (without.length === 0) {
    return [{ id, level: 'good', text: 'each port has a name that stays, in /dev/serial/by-id' }];
  }
  const text = `${without.join(', ')}: no name in /dev/serial/by-id; the number changes with the order of plugging`;
  // Without udev (most containers) there is nobody to give names.
  const udev = listNames(join(root, 'run/udev')).length > 0;
  const fix = udev
    ? 'sudo udevadm trigger --subsystem-match=tty'
    : 'sudo apt-get install udev (in a container: pass on /dev/serial)';
  return [{ id, level: 'note', text, fix }];
}

/** FTDI's timer (AN232B-04): short answers are held back for up to this long. */
function latencyTimer(port: string, root: string): Finding[] {
  const file = `sys/bus/usb-serial/devices/${port}/latency_timer`;
  const timer_ms = readNumber(join(root, file));
  if (timer_ms === undefined) return [];
  const id = `serial.latency_timer.${port}`;
  const text = `${port}: the bridge's latency timer is ${timer_ms} ms`;
  if (timer_ms <= LATENCY_TIMER_MS) return [{ id, level: 'good', text }];
  const fix = `echo ${LATENCY_TIMER_MS} | sudo tee /${file}`;
  return [{ id, level: 'note', text: `${text}: short answers come in steps of it`, fix }];
}
