// Services that open serial ports by themselves: ModemManager asks each for a modem, brltty takes
// some bridges for a Braille display and unbinds them. Either spoils a board's first bytes.
import { join } from 'node:path';
import { listNames, readText } from '../measure/files.ts';
import { usbPorts } from './ports.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

/** Names of running programs (proc_pid_comm(5): at most 15 characters). */
function runningPrograms(root: string): Set<string> {
  const names = new Set<string>();
  for (const pid of listNames(join(root, 'proc'))) {
    if (!/^\d{1,10}$/.test(pid)) continue;
    const name = readText(join(root, 'proc', pid, 'comm'))?.trim();
    if (name) names.add(name);
  }
  return names;
}

/** A rule of the user's own that keeps ModemManager off some device ("Common udev tags" there). */
function hasIgnoreRule(root: string): boolean {
  const folder = join(root, 'etc/udev/rules.d');
  return listNames(folder).some(name =>
    /^[^#\n]*ID_MM_(DEVICE|PORT)_IGNORE/m.test(readText(join(folder, name)) ?? ''),
  );
}

export const theme: Theme = {
  id: 'grabbers',
  title: 'Services that grab serial ports',
  platforms: ['linux'],
  examine({ root }: Surroundings): Finding[] {
    const running = runningPrograms(root);
    const level = usbPorts(root).length > 0 ? 'bad' : 'note';
    return [modemManager(running, level, root), brltty(running, level)];
  },
};

function modemManager(running: Set<string>, level: 'bad' | 'note', root: string): Finding {
  const id = 'grabbers.modemmanager';
  if (!running.has('ModemManager')) {
    return { id, level: 'good', text: 'ModemManager is not running' };
  }
  if (hasIgnoreRule(root)) {
    const text = 'ModemManager is running, and a udev rule keeps it off a device';
    return { id, level: 'good', text };
  }
  return {
    id,
    level,
    text:
      'ModemManager is running: it may send modem commands to a board just plugged in. ' +
      'Stop it, or exclude the board by a udev rule that sets ENV{ID_MM_DEVICE_IGNORE}="1"',
    fix: 'sudo systemctl stop ModemManager',
  };
}

function brltty(running: Set<string>, level: 'bad' | 'note'): Finding {
  const id = 'grabbers.brltty';
  if (!running.has('brltty')) return { id, level: 'good', text: 'brltty is not running' };
  return {
    id,
    level,
    text:
      'brltty is running: it takes CH340 and CP210x bridges for Braille displays, and the port ' +
      'disappears. Unless you read Braille with it, stop it',
    fix: 'sudo systemctl mask --now brltty.service brltty-udev.service',
  };
}
