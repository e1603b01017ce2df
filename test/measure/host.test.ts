// The audit on synthetic machines: it finds what bears on the numbers, tells nothing that names an
// owner, and stands whatever /proc and /sys hold.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { auditHost, readSteal, stealPercent } from '../../lab/measure/host.ts';
import { scrub, scrubCommandLine, secretsOf } from '../../lab/measure/host-scrub.ts';
import { HostSchema } from '../../lab/records/schema.ts';
import { makeTree, type Tree } from './tree.ts';

const CPU = 'sys/devices/system/cpu';
const CLOCKS = 'sys/devices/system/clocksource/clocksource0';

const cpuinfo = (flags: string, model = 'AMD EPYC 9654'): string =>
  [0, 1]
    .map(
      cpu =>
        `processor\t: ${cpu}\nmodel name\t: ${model}\nphysical id\t: 0\ncore id\t\t: ${cpu}\nflags\t\t: fpu ${flags} tsc\n`,
    )
    .join('\n');

/** A laptop named `annas-laptop`, of a person named `anna.k`. */
const LAPTOP: Tree = {
  'proc/cpuinfo': cpuinfo('constant_tsc nonstop_tsc'),
  'proc/sys/kernel/hostname': 'annas-laptop.example.org\n',
  'proc/sys/kernel/osrelease': '6.1.0-annas-laptop-amd64\n',
  'proc/sys/kernel/io_uring_disabled': '2\n',
  'proc/version': 'Linux version 6.1.0 (anna.k@annas-laptop) (gcc) #1 SMP PREEMPT_DYNAMIC Debian\n',
  'proc/cmdline':
    'BOOT_IMAGE=/boot/vmlinuz-6.1.0 root=UUID=0a1b2c3d-1111-2222-3333-444455556666 ro quiet ' +
    'mitigations=off isolcpus=1-3 processor.max_cstate=1 ip=10.1.2.3::10.1.2.1:255.0.0.0:annas-laptop ' +
    'nfsroot=10.9.9.9:/home/anna.k systemd.hostname=annas-laptop console=annas-laptop -- quiet\n',
  'proc/loadavg': '0.52 1.25 0.59 1/80 1234\n',
  'proc/meminfo': 'MemTotal:       16318484 kB\nMemAvailable:    8000000 kB\nSwapTotal: 0 kB\n',
  'proc/stat': 'cpu  100 0 100 700 0 0 0 100 0 0\ncpu0 1 2 3\n',
  'proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t0-1\nSeccomp:\t2\n',
  'proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units\n' +
    'Max locked memory         8388608              8388608              bytes\n' +
    'Max open files            1024                 524288               files\n',
  'proc/self/cgroup': '0::/user.slice/anna.k/app\n',
  'proc/self/mountinfo': '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / /tmp rw - tmpfs tmpfs rw\n',
  'sys/fs/cgroup/user.slice/cpu.max': '150000 100000\n',
  'sys/fs/cgroup/user.slice/cpu.stat': 'usage_usec 5\nnr_throttled 7\n',
  'sys/fs/cgroup/user.slice/anna.k/cpu.max': 'max 100000\n',
  [`${CPU}/cpu0/cpufreq/scaling_governor`]: 'powersave\n',
  [`${CPU}/cpu1/cpufreq/scaling_governor`]: 'performance\n',
  [`${CPU}/cpu0/cpuidle/state0/name`]: 'POLL\n',
  [`${CPU}/cpu0/cpuidle/state0/latency`]: '0\n',
  [`${CPU}/cpu0/cpuidle/state1/name`]: 'C6\n',
  [`${CPU}/cpu0/cpuidle/state1/latency`]: '133\n',
  [`${CPU}/cpu0/cpuidle/state1/disable`]: '1\n',
  [`${CPU}/intel_pstate/no_turbo`]: '0\n',
  [`${CPU}/vulnerabilities/spectre_v2`]: 'Mitigation: Retpolines\n',
  [`${CPU}/vulnerabilities/meltdown`]: 'Not affected\n',
  [`${CLOCKS}/current_clocksource`]: 'tsc\n',
  [`${CLOCKS}/available_clocksource`]: 'tsc hpet acpi_pm \n',
  'sys/class/power_supply/BAT0/type': 'Battery\n',
  'sys/class/power_supply/BAT0/status': 'Discharging\n',
  'sys/class/power_supply/BAT0/serial_number': 'SN-4711\n',
  'sys/class/power_supply/AC/type': 'Mains\n',
  'sys/class/power_supply/AC/online': '0\n',
  'sys/class/dmi/id/sys_vendor': 'LENOVO\n',
  'sys/class/dmi/id/product_serial': 'SN-4711\n',
  'sys/bus/usb-serial/devices/ttyUSB0/latency_timer': '16\n',
  'sys/bus/usb/devices/1-2/serial': 'SN-4711\n',
  'sys/bus/usb/devices/1-2:1.0/ep_81/type': 'Interrupt\n',
  'sys/bus/usb/devices/1-2:1.0/ep_81/interval': '8ms\n',
  'sys/bus/usb/devices/1-2:1.0/ep_02/type': 'Bulk\n',
  'sys/bus/usb/devices/1-2:1.0/ep_02/interval': '0ms\n',
  'sys/block/nvme0n1/queue/scheduler': '[none] mq-deadline\n',
  'sys/block/nvme0n1/queue/io_poll': '0\n',
  'sys/block/nvme0n1/serial': 'SN-4711\n',
  'sys/block/loop0/queue/scheduler': '[none]\n',
};

const valid = Schema.Compile(HostSchema);

describe('auditHost', () => {
  test('finds what bears on the numbers', () => {
    const root = makeTree(LAPTOP);
    const host = auditHost({ root, packages: { koffi: '3.3.4', v8like: '14.6.202.34' } });
    expect(valid.Check(host)).toBe(true);
    expect(host).toMatchObject({ cpu_model: 'AMD EPYC 9654', cpus: 2, processor: 'metal' });
    expect(host.audit).toMatchObject({
      battery: 'discharging',
      cgroup_cpu: 'v2',
      cgroup_quota_cpus: 1.5,
      cgroup_throttled: 7,
      clocksource: 'tsc',
      command_line: 'ro quiet mitigations=off isolcpus=1-3 processor.max_cstate=1 (7 withheld)',
      container: false,
      cores_physical: 2,
      dmi_vendor: 'LENOVO',
      governor: 'powersave, performance',
      idle_states: 'POLL 0 us, C6 133 us (off)',
      io_uring_disabled: 2,
      load_1min: 0.52,
      locked_memory_limit_bytes: '8388608',
      mains: false,
      memory_total_bytes: 16_318_484 * 1024,
      mitigations: 'spectre_v2',
      node: process.versions.node,
      nvme0n1_io_poll: false,
      nvme0n1_scheduler: 'none',
      open_files_limit: '1024',
      package_koffi: '3.3.4',
      package_v8like: '14.6.202.34',
      preemption: 'PREEMPT_DYNAMIC',
      seccomp: 'filter',
      steal_percent_since_boot: 10,
      tmp_fs: 'tmpfs',
      tmp_fs_note: 'a tmpfs is memory, not a disk',
      ttyUSB0_latency_timer_ms: 16,
      turbo: true,
      'usb_1-2:1.0_ep_81_interval': '8ms',
    });
    expect(host.audit).not.toHaveProperty('loop0_scheduler');
    expect(host.audit).not.toHaveProperty('usb_1-2:1.0_ep_02_interval');
  });

  test('tells no host, user, home, address, path or serial number', () => {
    const told = JSON.stringify(auditHost({ root: makeTree(LAPTOP), secrets: ['anna.k'] }));
    for (const secret of [
      'anna',
      'laptop',
      'example.org',
      'SN-4711',
      '10.',
      '/home',
      'UUID',
      'nfs',
    ]) {
      // `10.` also ends "14.10."-like versions: look for addresses only.
      const hit = secret === '10.' ? /\b10\.\d+\.\d+/.test(told) : told.includes(secret);
      expect(hit, `"${secret}" stands in the audit: ${told}`).toBe(false);
    }
  });

  test('tells nothing that names this machine’s owner either', () => {
    const host = auditHost();
    expect(valid.Check(host)).toBe(true);
    const told = JSON.stringify(host).toLowerCase();
    for (const name of secretsOf([hostname(), userInfo().username]).names) {
      expect(told).not.toContain(name.toLowerCase());
    }
    expect(told).not.toContain(userInfo().homedir.toLowerCase());
  });

  test('an empty machine has an audit too', () => {
    const host = auditHost({ root: makeTree({ x: '' }) });
    expect(valid.Check(host)).toBe(true);
    expect(host).toMatchObject({ cpu_model: 'unknown', cpus: 0, kernel: 'unknown' });
  });

  test('stands any content in any file', () => {
    const paths = Object.keys(LAPTOP);
    const noise = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('', '\n', '-1', '0 0 0', 'max 0', '::', 'a:b:c', '[', '9'.repeat(400)),
    );
    const tree = fc.dictionary(fc.constantFrom(...paths), noise);
    fc.assert(
      fc.property(tree, content => {
        const host = auditHost({ root: makeTree({ ...LAPTOP, ...content }) });
        if (!valid.Check(host)) throw new Error(JSON.stringify(valid.Errors(host)));
      }),
      { numRuns: 60 },
    );
  });

  test('folders where files should be, and a pipe nobody writes, hold nothing up', () => {
    const root = makeTree({ x: '' });
    for (const path of ['proc/cpuinfo', 'proc/stat', 'proc/loadavg']) {
      mkdirSync(join(root, path), { recursive: true });
    }
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'proc/cmdline')]);
    const host = auditHost({ root });
    expect(valid.Check(host)).toBe(true);
    expect(host.audit).not.toHaveProperty('command_line');
  });

  test('keeps within the record’s number of keys', () => {
    const packages = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, '1.0.0']));
    const host = auditHost({ root: makeTree(LAPTOP), packages });
    expect(Object.keys(host.audit).length).toBe(120);
    expect(valid.Check(host)).toBe(true);
  });
});

describe('what executes our instructions', () => {
  const processorOf = (tree: Tree) => auditHost({ root: makeTree(tree) });

  test('metal, virtual and emulated are told apart', () => {
    expect(processorOf({ 'proc/cpuinfo': cpuinfo('') }).processor).toBe('metal');
    const virtual = processorOf({
      'proc/cpuinfo': cpuinfo('hypervisor'),
      [`${CLOCKS}/available_clocksource`]: 'tsc kvm-clock\n',
    });
    expect(virtual.processor).toBe('virtual');
    expect(virtual.audit).toMatchObject({ hypervisor: 'kvm' });
    const tcg = cpuinfo('hypervisor', 'QEMU TCG CPU version 2.5+');
    expect(processorOf({ 'proc/cpuinfo': tcg }).processor).toBe('emulated');
  });

  test('QEMU’s plain model is emulated only where KVM’s clock is missing', () => {
    const model = { 'proc/cpuinfo': cpuinfo('hypervisor', 'QEMU Virtual CPU version 2.5+') };
    expect(processorOf(model).processor).toBe('emulated');
    const withClock = { ...model, [`${CLOCKS}/available_clocksource`]: 'kvm-clock tsc\n' };
    expect(processorOf(withClock).processor).toBe('virtual');
  });

  test('without flags, the firmware’s tables, /sys/hypervisor or the device tree tell', () => {
    const arm = { 'proc/cpuinfo': 'processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n' };
    expect(processorOf(arm)).toMatchObject({
      processor: 'metal',
      cpu_model: 'ARM 0x41 part 0xd0c',
    });
    for (const more of [
      { 'sys/class/dmi/id/sys_vendor': 'QEMU\n' },
      { 'sys/hypervisor/type': 'xen\n' },
      { 'proc/device-tree/hypervisor/compatible': 'linux,kvm\0' },
    ]) {
      expect(processorOf({ ...arm, ...(more as Tree) }).processor, JSON.stringify(more)).toBe(
        'virtual',
      );
    }
  });

  test('the caller may know better', () => {
    const host = auditHost({ root: makeTree(LAPTOP), processor: 'emulated' });
    expect(host.processor).toBe('emulated');
    expect(host.audit.processor_basis).toMatch(/told/);
  });
});

describe('control groups', () => {
  test('version 1 quotas', () => {
    const host = auditHost({
      root: makeTree({
        'proc/self/cgroup': '4:memory:/a\n3:cpu,cpuacct:/docker/abc\n0::/\n',
        'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
        'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us': '50000\n',
        'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us': '100000\n',
      }),
    });
    expect(host.audit).toMatchObject({ cgroup_cpu: 'v1', cgroup_quota_cpus: 0.5 });
  });

  test('no limit is said, no control group is not', () => {
    const free = makeTree({
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/cpu.max': 'max 100000\n',
    });
    expect(auditHost({ root: free }).audit.cgroup_quota_cpus).toBe('none');
    expect(auditHost({ root: makeTree({ x: '' }) }).audit).not.toHaveProperty('cgroup_quota_cpus');
  });
});

describe('scrubbing', () => {
  const none = secretsOf([]);

  test('of the command line keeps only what is known and plain', () => {
    expect(scrubCommandLine('quiet foo=bar mitigations=off', none)).toBe(
      'quiet mitigations=off (1 withheld)',
    );
    expect(scrubCommandLine('console=/dev/x isolcpus=10.0.0.1', none)).toBe('(2 withheld)');
    expect(scrubCommandLine('', none)).toBe('');
    expect(scrubCommandLine(`isolcpus=${'1,'.repeat(5_000)}`, none).length).toBeLessThan(500);
  });

  test('takes names out as words, whatever their case, and leaves longer words alone', () => {
    const secrets = secretsOf(['bench-07.lab.example', 'max', 'root']);
    expect(scrub('6.1-Bench-07 built by Max in maximum root', secrets)).toBe(
      '6.1-… built by … in maximum root',
    );
  });

  test('gives one short line without addresses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 800 }), text => {
        const clean = scrub(text, none);
        expect(clean.length).toBeLessThanOrEqual(500);
        expect(clean).not.toMatch(/[\p{Cc}]/u);
      }),
    );
    expect(scrub('at 10.0.0.7, 00:1a:2b:3c:4d:5e', none)).toBe('at …, …');
    expect(scrub('14.6.202.34', none, true)).toBe('14.6.202.34');
  });
});

describe('steal time', () => {
  test('is the share between two readings', () => {
    const at = (steal: number, idle: number) =>
      readSteal(makeTree({ 'proc/stat': `cpu  10 0 10 ${idle} 0 0 0 ${steal} 0 0\n` }));
    expect(stealPercent(at(5, 75), at(25, 155))).toBe(20);
    expect(stealPercent(at(5, 75), at(5, 75))).toBeUndefined();
    expect(stealPercent(undefined, at(5, 75))).toBeUndefined();
    expect(readSteal(makeTree({ 'proc/stat': 'cpu 1 2\n' }))).toBeUndefined();
  });
});
