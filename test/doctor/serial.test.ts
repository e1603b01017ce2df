// Serial ports and input devices: not there, not permitted, permitted after the next login.
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { theme as grabbers } from '../../lab/doctor/grabbers.ts';
import { readGroups } from '../../lab/doctor/groups.ts';
import { theme as input } from '../../lab/doctor/input.ts';
import { theme as serial } from '../../lab/doctor/serial.ts';
import { machineWithInput } from '../input/tree.ts';
import { examined, groupFile, machine } from './machine.ts';

/** Root may give the synthetic port to any group; others have their own. Never the group root. */
const ROOT = process.geteuid?.() === 0;
const GID = ROOT ? 4242 : (process.getegid?.() ?? 1);
const DENIED = { 'dev/ttyACM0': 'denied' } as const;

/** A port that its group may open, and nobody else. */
function withPort(gid: number, user: { gids: number[]; member?: boolean }) {
  const here = machine(
    {
      'dev/ttyACM0': '',
      'etc/group': groupFile(['serialists', gid, user.member ? 'bob,ada' : 'bob']),
    },
    { access: DENIED, user: { name: 'ada', uid: 1000, gids: user.gids } },
  );
  const port = join(here.root, 'dev/ttyACM0');
  chmodSync(port, 0o660);
  if (ROOT) chownSync(port, 0, gid);
  return here;
}

describe('no port attached', () => {
  const group = groupFile(['dialout', 20, 'bob'], ['uucp', 10]);

  test('the usual group is named, with the command that joins it', () => {
    const { of } = examined(serial, machine({ 'etc/group': group }));
    expect(of('serial.group')).toMatchObject({
      level: 'note',
      text: expect.stringMatching(/no USB serial port is attached.*are not in dialout/),
      fix: 'sudo usermod -aG dialout ada (then log in again)',
    });
  });

  test('a member, root, and a machine without such a group have nothing to do', () => {
    const user = { name: 'ada', uid: 1000, gids: [1000, 20] };
    const cases = [
      machine({ 'etc/group': group }, { user }),
      machine({ 'etc/group': group }, { user: { name: 'root', uid: 0, gids: [0] } }),
      machine({ 'etc/group': groupFile() }),
      machine({}),
    ];
    for (const here of cases) expect(examined(serial, here).levels['serial.group']).toBe('good');
  });

  test('a group joined in this session counts only after the next login', () => {
    const { of } = examined(
      serial,
      machine({ 'etc/group': groupFile(['dialout', 20, 'bob,ada']) }),
    );
    expect(of('serial.group')).toMatchObject({
      level: 'note',
      fix: 'newgrp dialout (or log in again)',
    });
  });

  test('without dialout, Arch’s group is meant', () => {
    const { of } = examined(serial, machine({ 'etc/group': groupFile(['uucp', 10]) }));
    expect(of('serial.group').fix).toContain('-aG uucp ada');
  });
});

describe('a port attached', () => {
  test('permitted is good', () => {
    const { levels } = examined(serial, machine({ 'dev/ttyACM0': '' }));
    expect(levels['serial.permission.ttyACM0']).toBe('good');
  });

  test('denied names the group that owns this very port', () => {
    const { of } = examined(serial, withPort(GID, { gids: [1] }));
    expect(of('serial.permission.ttyACM0')).toMatchObject({
      level: 'bad',
      text: expect.stringMatching(/is there, without permission for you: it belongs to serialists/),
      fix: 'sudo usermod -aG serialists ada (then log in again)',
    });
    const late = examined(serial, withPort(GID, { gids: [1], member: true }));
    expect(late.of('serial.permission.ttyACM0').fix).toContain('newgrp serialists');
  });

  test('denied though in the group: joining it would not help', () => {
    const { of } = examined(serial, withPort(GID, { gids: [GID] }));
    expect(of('serial.permission.ttyACM0')).toMatchObject({
      level: 'bad',
      fix: expect.stringContaining('setfacl -m u:ada:rw /dev/ttyACM0'),
    });
  });

  test('gone meanwhile is not "no permission"', () => {
    const here = machine({ 'dev/ttyUSB3': '' }, { access: { 'dev/ttyUSB3': 'absent' } });
    const finding = examined(serial, here).of('serial.permission.ttyUSB3');
    expect(finding.level).toBe('note');
    expect(finding.text).not.toContain('permission');
  });

  test('other terminals are none of its business', () => {
    const { levels } = examined(serial, machine({ 'dev/ttyS0': '', 'dev/tty1': '' }));
    expect(Object.keys(levels)).toEqual(['serial.group']);
  });
});

describe('names that stay', () => {
  const link = { link: '../../ttyACM0' };

  test('each port has one', () => {
    const here = machine({ 'dev/ttyACM0': '', 'dev/serial/by-id/usb-Arduino-if00': link });
    expect(examined(serial, here).levels['serial.by_id']).toBe('good');
  });

  test('one port has none: udev is asked again, or installed where there is none', () => {
    const tree = {
      'dev/ttyACM0': '',
      'dev/ttyUSB0': '',
      'dev/serial/by-id/usb-Arduino-if00': link,
    };
    const bare = examined(serial, machine(tree)).of('serial.by_id');
    expect(bare).toMatchObject({ level: 'note', fix: expect.stringContaining('install udev') });
    expect(bare.text).toMatch(/^ttyUSB0: /);
    const udev = examined(serial, machine({ ...tree, 'run/udev/control': '' })).of('serial.by_id');
    expect(udev.fix).toContain('udevadm trigger');
  });
});

test.each([
  ['16', 'note', /16 ms/],
  ['1', 'good', /1 ms/],
] as const)('a latency timer of %s ms is %s', (timer, level, words) => {
  const file = 'sys/bus/usb-serial/devices/ttyUSB0/latency_timer';
  const here = machine({ 'dev/ttyUSB0': '', [file]: `${timer}\n` });
  const finding = examined(serial, here).of('serial.latency_timer.ttyUSB0');
  expect(finding.level).toBe(level);
  expect(finding.text).toMatch(words);
  if (level === 'note') expect(finding.fix).toBe(`echo 1 | sudo tee /${file}`);
});

test('a bridge without a latency timer is not judged by one', () => {
  const { levels } = examined(serial, machine({ 'dev/ttyUSB0': '' }));
  expect(levels).not.toHaveProperty('serial.latency_timer.ttyUSB0');
});

describe('services that grab ports', () => {
  const running = { 'proc/41/comm': 'ModemManager\n', 'proc/42/comm': 'brltty\n' };

  test('not running is good, also among files that are no processes', () => {
    const here = machine({ 'proc/7/comm': 'bash\n', 'proc/self/comm': 'brltty\n' });
    expect(examined(grabbers, here).levels).toEqual({
      'grabbers.modemmanager': 'good',
      'grabbers.brltty': 'good',
    });
  });

  test('running is worth a note, and bad as soon as there is a port to grab', () => {
    const idle = examined(grabbers, machine(running));
    expect(Object.values(idle.levels)).toEqual(['note', 'note']);
    const attached = examined(grabbers, machine({ ...running, 'dev/ttyACM0': '' }));
    expect(Object.values(attached.levels)).toEqual(['bad', 'bad']);
    expect(attached.of('grabbers.modemmanager').fix).toBe('sudo systemctl stop ModemManager');
    expect(attached.of('grabbers.modemmanager').text).toContain('ID_MM_DEVICE_IGNORE');
    expect(attached.of('grabbers.brltty').fix).toContain('systemctl mask --now brltty.service');
  });

  test('a udev rule that excludes a board settles ModemManager; a comment does not', () => {
    const rule = 'ATTRS{idVendor}=="2341", ENV{ID_MM_DEVICE_IGNORE}="1"\n';
    const file = 'etc/udev/rules.d/78-board.rules';
    const ruled = examined(grabbers, machine({ ...running, [file]: rule }));
    expect(ruled.levels['grabbers.modemmanager']).toBe('good');
    const comment = examined(grabbers, machine({ ...running, [file]: `# ${rule}` }));
    expect(comment.levels['grabbers.modemmanager']).toBe('note');
  });
});

describe('input devices', () => {
  test('one that is known by its ids has a rule of its own, instead of the group', () => {
    const root = machineWithInput();
    const here = { ...machine({}), root, access: () => 'denied' as const };
    const { text, fix } = examined(input, here).of('input.permission') as {
      text: string;
      fix: string;
    };
    expect(text).toMatch(/^3 input devices \(keyboard, mouse\), 3 without permission/);
    expect(fix).toMatch(/id\/vendor}=="046d".*uaccess.*read everything that is typed/);
  });

  test('none attached is not "no permission"', () => {
    const { of } = examined(input, machine({ 'dev/input/mice': '' }));
    expect(of('input.permission').text).toContain('no input device is attached');
  });

  test('permitted is good, denied a note that never fails the doctor', () => {
    const tree = { 'dev/input/event0': '', 'dev/input/event11': '' };
    expect(examined(input, machine(tree)).levels['input.permission']).toBe('good');
    const denied = machine(tree, { access: { 'dev/input/event11': 'denied' } });
    const finding = examined(input, denied).of('input.permission');
    expect(finding.level).toBe('note');
    expect(finding.text).toMatch(/^2 input devices, 1 without permission/);
    expect(finding.fix).toBeTruthy();
  });
});

test('lines of /etc/group that are none are passed over', () => {
  const { root } = machine({
    'etc/group': '\n:x:1:\nno colon\nx:x:abc:\ndialout:x:20:a,,b\n+::\n',
  });
  expect(readGroups(root)).toEqual([{ name: 'dialout', gid: 20, members: ['a', 'b'] }]);
});
