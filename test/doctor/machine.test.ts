// Limits, io_uring, noise, Node and the lab's folder on synthetic machines; and what holds for every
// finding on any machine, however strange its files are.
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { examine } from '../../lab/doctor/examine.ts';
import { theme as folder } from '../../lab/doctor/folder.ts';
import { theme as ioUring } from '../../lab/doctor/io-uring.ts';
import { theme as limits } from '../../lab/doctor/limits.ts';
import { theme as node } from '../../lab/doctor/node.ts';
import { theme as noise } from '../../lab/doctor/noise.ts';
import { surroundingsHere } from '../../lab/doctor/surroundings.ts';
import type { Level } from '../../lab/doctor/theme.ts';
import type { Tree } from '../measure/tree.ts';
import { examined, groupFile, type Machine, machine } from './machine.ts';

const CPU = 'sys/devices/system/cpu/cpu0';
const CLOCK = 'sys/devices/system/clocksource/clocksource0';
const cpuinfo = (flags = 'tsc'): Tree => ({
  'proc/cpuinfo': [0, 1].map(cpu => `processor\t: ${cpu}\nflags\t\t: ${flags}\n`).join('\n'),
});

/** Each row: a machine, and the level of one finding on it. */
type Row = [
  what: string,
  tree: Tree,
  level: Level,
  text: RegExp,
  fix?: RegExp | undefined,
  given?: Machine,
];

function judge(theme: typeof noise, id: string, rows: readonly Row[]): void {
  describe(id, () => {
    test.each(rows)('%s', (_, tree, level, text, fix, given) => {
      const finding = examined(theme, machine(tree, given)).of(id);
      expect(finding.text).toMatch(text);
      expect(finding.level).toBe(level);
      if (fix) expect(finding.fix).toMatch(fix);
    });
  });
}

const limit = (name: string, soft: string): Tree => ({
  'proc/self/limits': `Limit  Soft Limit  Hard Limit  Units\n${name.padEnd(26)}${soft.padEnd(21)}unlimited  x\n`,
});
judge(limits, 'limits.open_files', [
  ['plenty', limit('Max open files', '20000'), 'good', /20000/],
  ['unlimited', limit('Max open files', 'unlimited'), 'good', /unlimited/],
  ['few', limit('Max open files', '256'), 'note', /256/, /nofile 65536.*limits\.d/],
  ['hardly any', limit('Max open files', '64'), 'bad', /64/, /nofile/],
]);
judge(limits, 'limits.locked_memory', [
  ['8 MiB', limit('Max locked memory', '8388608'), 'good', /8192 KiB/],
  ['64 KiB', limit('Max locked memory', '65536'), 'note', /64 KiB/, /memlock/],
]);
test('limits that cannot be read are not judged', () => {
  expect(examined(limits, machine({})).levels).toEqual({});
});

const uring = (disabled: string, more: Tree = {}): Tree => ({
  'proc/sys/kernel/osrelease': '6.18.0-1-amd64\n',
  'proc/sys/kernel/io_uring_disabled': `${disabled}\n`,
  ...more,
});
const root = { user: { name: 'root', uid: 0, gids: [0] } };
const limited = uring('1', { 'proc/sys/kernel/io_uring_group': '1000\n' });
judge(ioUring, 'io_uring.allowed', [
  ['allowed', uring('0'), 'good', /every process/],
  ['a kernel without the switch', { 'proc/sys/kernel/osrelease': '6.1.0\n' }, 'good', /every/],
  ['off', uring('2'), 'bad', /for everybody/, /^sudo sysctl kernel\.io_uring_disabled=0$/],
  ['off is off for root too', uring('2'), 'bad', /everybody/, /sysctl/, root],
  ['for a group', uring('1'), 'bad', /not in/, /sysctl/],
  ['for our group', limited, 'good', /you are in it/],
  ['for root', uring('1'), 'good', /you are in it/, undefined, root],
  ['an old kernel', { 'proc/sys/kernel/osrelease': '5.4.0\n' }, 'bad', /kernel 5\.4/, /upgrade/],
]);
test('a system call filter is a hint, and no filter is not', () => {
  const status = (mode: string) =>
    machine(uring('0', { 'proc/self/status': `Seccomp:\t${mode}\n` }));
  expect(examined(ioUring, status('2')).of('io_uring.seccomp')).toMatchObject({
    level: 'note',
    fix: expect.stringContaining('seccomp=unconfined'),
  });
  expect(examined(ioUring, status('0')).levels).not.toHaveProperty('io_uring.seccomp');
});

const governor = (name: string): Tree => ({ [`${CPU}/cpufreq/scaling_governor`]: `${name}\n` });
judge(noise, 'noise.governor', [
  ['performance', governor('performance'), 'good', /performance/],
  ['powersave', governor('powersave'), 'note', /powersave/, /^echo performance \| sudo tee /],
  ['none, as in a VM', {}, 'good', /no clock rate/],
]);
const clock = (now: string, available: string): Tree => ({
  [`${CLOCK}/current_clocksource`]: `${now}\n`,
  [`${CLOCK}/available_clocksource`]: `${available} \n`,
});
judge(noise, 'noise.clock', [
  ['tsc', clock('tsc', 'tsc hpet'), 'good', /tsc/],
  ['ARM’s counter', clock('arch_sys_counter', 'arch_sys_counter'), 'good', /arch_sys/],
  ['hpet with a tsc at hand', clock('hpet', 'hpet tsc'), 'note', /hpet/, /^echo tsc \| sudo tee/],
  ['hpet without', clock('hpet', 'hpet acpi_pm'), 'note', /hpet/, /dmesg/],
]);
const group = (max: string): Tree => ({
  ...cpuinfo(),
  'proc/self/cgroup': '0::/lab\n',
  'sys/fs/cgroup/lab/cpu.max': `${max}\n`,
  'sys/fs/cgroup/lab/cpu.stat': 'nr_throttled 7\n',
});
judge(noise, 'noise.cgroup', [
  ['a limit', group('150000 100000'), 'note', /1\.5 of 2 .* 7 times/, /CPUQuota/],
  ['a limit above all there is', group('400000 100000'), 'good', /no control group/],
  ['no limit', group('max 100000'), 'good', /no control group/],
]);
const supply = (status: string, online: string): Tree => ({
  'sys/class/power_supply/BAT0/type': 'Battery\n',
  'sys/class/power_supply/BAT0/status': `${status}\n`,
  'sys/class/power_supply/AC/type': 'Mains\n',
  'sys/class/power_supply/AC/online': `${online}\n`,
});
judge(noise, 'noise.battery', [
  ['none', {}, 'good', /no battery/],
  ['charging', supply('Charging', '1'), 'good', /mains/],
  ['full, and plugged in', supply('Full', '1'), 'good', /mains/],
  ['discharging', supply('Discharging', '0'), 'note', /on battery/, /charger/],
]);
judge(noise, 'noise.steal', [
  ['none', { 'proc/stat': 'cpu  100 0 100 800 0 0 0 0 0 0\n' }, 'good', /0\.0 %/],
  ['10 %', { 'proc/stat': 'cpu  100 0 100 700 0 0 0 100 0 0\n' }, 'note', /10\.0 %/, /--rounds/],
]);
const load = (now: string): Tree => ({ ...cpuinfo(), 'proc/loadavg': `${now} 0 0 1/80 7\n` });
judge(noise, 'noise.load', [
  ['idle', load('0.52'), 'good', /0\.52 on 2/],
  ['busy', load('1.72'), 'note', /1\.72 on 2/, /^top/],
]);
judge(noise, 'noise.machine', [
  ['metal', cpuinfo(), 'good', /^metal/],
  ['virtual', cpuinfo('tsc hypervisor'), 'note', /virtual machine.*"virtual"/, /iolab run/],
  [
    'emulated',
    { 'proc/cpuinfo': 'processor: 0\nmodel name: QEMU TCG CPU version 2.5+\n' },
    'note',
    /emulator.*"emulated"/,
  ],
]);

judge(node, 'node.version', [
  ['pinned', {}, 'good', /26\.10\.0/],
  ['another', {}, 'note', /24\.1\.0.*pins 26\.10\.0/, /^npm ci/, { node: '24.1.0' }],
  ['the oldest that runs', {}, 'note', /22\.18\.0/, /^npm ci/, { node: '22.18.0' }],
  ['too old', {}, 'bad', /22\.17\.9 cannot/, /^npm ci/, { node: '22.17.9' }],
  ['nothing pinned', {}, 'note', /none is pinned/, /iolab/, { pinned: undefined }],
]);

const free = (mib: number): Machine => ({ freeBytes: () => mib * 2 ** 20 });
judge(folder, 'folder.space', [
  ['plenty', {}, 'good', /50 GiB/],
  ['little', {}, 'note', /1024 MiB/, /IOLAB_HOME=/, free(1024)],
  ['hardly any', {}, 'bad', /100 MiB/, /IOLAB_HOME=/, free(100)],
]);
const on = (fs: string): Tree => ({
  'proc/self/mountinfo': `1 0 8:1 / / rw - ${fs} x rw\n`,
});
judge(folder, 'folder.file_system', [
  ['ext4', on('ext4'), 'good', /ext4/],
  ['tmpfs', on('tmpfs'), 'note', /memory, not a disk/, /IOLAB_HOME=/],
  ['overlay', on('overlay'), 'note', /overlay/, /IOLAB_HOME=/],
  ['nfs', on('nfs4'), 'note', /network/, /IOLAB_HOME=/],
]);
judge(folder, 'folder.writable', [
  ['writable', {}, 'good', /can be written/],
  ['not writable', {}, 'bad', /: no permission$/, /IOLAB_HOME=/, { refusal: () => 'EACCES' }],
  ['read-only', {}, 'bad', /: EROFS$/, /IOLAB_HOME=/, { refusal: () => 'EROFS' }],
]);
test('a folder that is not there yet is judged by the nearest one above it', () => {
  const asked: string[] = [];
  const here = machine({ 'mine/file': '' }, { refusal: folder => void asked.push(folder) });
  const home = join(here.root, 'mine/.iolab/deep');
  expect(examined(folder, { ...here, home }).of('folder.writable').text).toContain(home);
  expect(asked).toEqual([realpathSync(join(here.root, 'mine'))]);
});

describe('every finding', () => {
  const wellFormed = (here: ReturnType<typeof machine>) => {
    const all = examine(here).flatMap(({ findings }) => findings);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, level, text, fix } of all) {
      expect(id).toMatch(/^[a-z_]+(\.[A-Za-z0-9_]+)+$/);
      expect(text).not.toMatch(/undefined|NaN|\[object/);
      expect(Boolean(fix), `${id} is ${level} and ${fix ? 'has' : 'lacks'} a fix`).toBe(
        level !== 'good',
      );
    }
    expect(all.filter(({ id }) => id.endsWith('.failed'))).toEqual([]);
    return all;
  };

  test('here: well formed, and the same list at each look', () => {
    const here = surroundingsHere();
    const look = () => wellFormed(here).map(({ id }) => id);
    expect(look()).toEqual(look());
    expect(here.pinned).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('on other systems: Node and the folder, nothing that only Linux has', () => {
    const chapters = examine(machine({}, { platform: 'darwin' }));
    expect(chapters.map(({ id }) => id)).toEqual(['node', 'folder']);
  });

  test('files that hold anything make no check stumble', () => {
    const paths = [
      ...['proc/cpuinfo', 'proc/stat', 'proc/loadavg', 'proc/self/limits', 'proc/self/status'],
      ...['proc/self/cgroup', 'proc/self/mountinfo', 'proc/sys/kernel/osrelease', 'etc/group'],
      ...['proc/sys/kernel/io_uring_disabled', 'proc/12/comm', 'etc/udev/rules.d/1.rules'],
      ...['sys/bus/usb-serial/devices/ttyUSB0/latency_timer', `${CPU}/cpufreq/scaling_governor`],
      ...[`${CLOCK}/current_clocksource`, 'sys/class/power_supply/B/type'],
    ];
    const content = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('', '0', '-1', '2', '99999999999999999999', 'max 0', ':::', 'Battery\n'),
      fc.constant(groupFile(['dialout', 20, 'ada'])),
    );
    const trees = fc.record(Object.fromEntries(paths.map(path => [path, content])));
    fc.assert(
      fc.property(trees, tree => {
        wellFormed(machine({ ...tree, 'dev/ttyUSB0': '' }));
      }),
      { numRuns: 60 },
    );
  });
});
