// The system around the processor: load, memory, control-group limits, battery, and the kernel's
// switches that change what a call costs (proc(5), cgroups(7), kernel Documentation/admin-guide).
import { join } from 'node:path';
import { fieldOf, listNames, readNumber, readText } from './files.ts';
import type { Findings } from './host-processor.ts';
import { describeFileSystem, mountOf, nearestExisting, parseMounts } from './mounts.ts';

/** Time taken from this machine's processors by its hypervisor, in ticks since boot. */
export interface StealReading {
  readonly steal_ticks: number;
  readonly total_ticks: number;
}

/** Steal time so far (proc_stat(5)); undefined where it is not counted. Two readings frame a run. */
export function readSteal(root = '/'): StealReading | undefined {
  const line = readText(join(root, 'proc/stat'))?.match(/^cpu\s+([\d ]+)$/m)?.[1];
  // user nice system idle iowait irq softirq steal; guest time is in user already.
  const ticks = line?.trim().split(/\s+/).slice(0, 8).map(Number);
  if (!ticks || ticks.length < 8) return undefined;
  return { steal_ticks: ticks[7]!, total_ticks: ticks.reduce((sum, value) => sum + value, 0) };
}

/** Share of the processors' time that was stolen between two readings, in per cent. */
export function stealPercent(
  before: StealReading | undefined,
  after: StealReading | undefined,
): number | undefined {
  if (!before || !after || after.total_ticks <= before.total_ticks) return undefined;
  const steal = after.steal_ticks - before.steal_ticks;
  return (100 * Math.max(0, steal)) / (after.total_ticks - before.total_ticks);
}

/** Load, memory and steal at this moment. */
export function auditLoad(root: string): Findings {
  const load = readText(join(root, 'proc/loadavg'))?.split(' ') ?? [];
  const memory = readText(join(root, 'proc/meminfo'));
  const bytes = (name: string): number | undefined => {
    const kilobytes = fieldOf(memory, name)?.match(/^(\d{1,15}) kB$/)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const average = (text: string | undefined): number | undefined =>
    text !== undefined && /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : undefined;
  return {
    load_1min: average(load[0]),
    load_5min: average(load[1]),
    memory_total_bytes: bytes('MemTotal'),
    memory_available_bytes: bytes('MemAvailable'),
    swap_total_bytes: bytes('SwapTotal'),
    huge_pages: chosen(readText(join(root, 'sys/kernel/mm/transparent_hugepage/enabled'))),
    steal_percent_since_boot: stealPercent({ steal_ticks: 0, total_ticks: 0 }, readSteal(root)),
  };
}

/** "always [madvise] never" → "madvise". */
const chosen = (text: string | undefined): string | undefined => text?.match(/\[([\w-]+)\]/)?.[1];

/**
 * The control group's limit on processor time: the tightest from our group up to the top. Version 2
 * has cpu.max, version 1 cpu.cfs_quota_us. The group's own path is not told.
 */
export function auditCgroup(root: string): Findings {
  const groups = (readText(join(root, 'proc/self/cgroup')) ?? '').split('\n');
  let quota: number | undefined;
  let version: string | undefined;
  let throttled: number | undefined;
  for (const group of groups) {
    const [, controllers, ...rest] = group.split(':');
    if (controllers === undefined || rest.length === 0) continue;
    const path = rest.join(':');
    const v2 = controllers === '';
    if (!v2 && !controllers.split(',').includes('cpu')) continue;
    for (const base of v2 ? ['', 'unified'] : [controllers, 'cpu', 'cpu,cpuacct']) {
      for (const folder of upwards(join(root, 'sys/fs/cgroup', base), path)) {
        const limit = v2 ? limitV2(folder) : limitV1(folder);
        if (limit === undefined) continue;
        version ??= v2 ? 'v2' : 'v1';
        throttled ??= throttledOf(folder);
        quota = Math.min(quota ?? Number.POSITIVE_INFINITY, limit);
      }
    }
  }
  if (version === undefined) return { cgroup_cpu: undefined };
  return {
    cgroup_cpu: version,
    cgroup_quota_cpus: quota === Number.POSITIVE_INFINITY ? 'none' : quota,
    cgroup_throttled: throttled,
  };
}

/** The group's folder and all above it, within the mounted tree. */
function upwards(base: string, path: string): string[] {
  const folders = [base];
  for (const part of path.split('/').slice(0, 64)) {
    if (part === '' || part === '.' || part === '..') continue;
    folders.push(join(folders.at(-1)!, part));
  }
  return folders.reverse();
}

/** Processors' worth of time allowed; infinite where there is no limit; undefined: no such file. */
function limitV2(folder: string): number | undefined {
  const match = readText(join(folder, 'cpu.max'))?.match(/^(max|\d{1,15}) (\d{1,15})$/);
  if (!match || match[2] === '0') return undefined;
  return match[1] === 'max' ? Number.POSITIVE_INFINITY : Number(match[1]) / Number(match[2]);
}

function limitV1(folder: string): number | undefined {
  const quota = readNumber(join(folder, 'cpu.cfs_quota_us'));
  const period = readNumber(join(folder, 'cpu.cfs_period_us'));
  if (quota === undefined || !period || period <= 0) return undefined;
  return quota < 0 ? Number.POSITIVE_INFINITY : quota / period;
}

function throttledOf(folder: string): number | undefined {
  const count = readText(join(folder, 'cpu.stat'))?.match(/^nr_throttled (\d{1,15})$/m)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** On battery a laptop lowers its clocks. */
export function auditBattery(root: string): Findings {
  const base = join(root, 'sys/class/power_supply');
  const supplies = listNames(base).map(name => join(base, name));
  const ofType = (type: string): string[] =>
    supplies.filter(supply => readText(join(supply, 'type'))?.trim() === type);
  const batteries = ofType('Battery')
    // A mouse or a headset has a battery too, with scope "Device".
    .filter(supply => readText(join(supply, 'scope'))?.trim() !== 'Device')
    .map(supply => readText(join(supply, 'status'))?.trim().toLowerCase() ?? 'unknown');
  const mains = ofType('Mains').map(supply => readNumber(join(supply, 'online')));
  return {
    battery: batteries.length > 0 ? [...new Set(batteries)].join(', ') : 'none',
    mains: mains.length > 0 ? mains.includes(1) : undefined,
  };
}

/** Kernel switches that change what a system call costs, or forbid one. */
export function auditKernel(root: string): Findings {
  const sysctl = (name: string): number | undefined =>
    readNumber(join(root, 'proc/sys/kernel', name));
  const status = readText(join(root, 'proc/self/status'));
  const limits = readText(join(root, 'proc/self/limits'));
  const limit = (name: string): string | undefined =>
    limits?.match(new RegExp(`^${name}\\s+(\\d{1,20}|unlimited)\\s`, 'm'))?.[1];
  const vulnerabilities = join(root, 'sys/devices/system/cpu/vulnerabilities');
  const mitigated = listNames(vulnerabilities).filter(name =>
    readText(join(vulnerabilities, name))?.startsWith('Mitigation'),
  );
  const release = readText(join(root, 'proc/sys/kernel/osrelease')) ?? '';
  const seccomp = fieldOf(status, 'Seccomp');
  return {
    // /proc/version also names who built the kernel: only the model of preemption is taken.
    preemption: readText(join(root, 'proc/version'))?.match(/\bPREEMPT(_\w+)?\b/)?.[0],
    io_uring_disabled: sysctl('io_uring_disabled'),
    perf_event_paranoid: sysctl('perf_event_paranoid'),
    sched_rt_runtime_us: sysctl('sched_rt_runtime_us'),
    timerslack_ns: readNumber(join(root, 'proc/self/timerslack_ns')),
    seccomp: seccomp && { '0': 'off', '1': 'strict', '2': 'filter' }[seccomp],
    open_files_limit: limit('Max open files'),
    locked_memory_limit_bytes: limit('Max locked memory'),
    mitigations: mitigated.length > 0 ? mitigated.join(', ') : undefined,
    nvme_poll_queues: readNumber(join(root, 'sys/module/nvme/parameters/poll_queues')),
    virtio_blk_poll_queues: readNumber(join(root, 'sys/module/virtio_blk/parameters/poll_queues')),
    container: containerOf(root),
    wsl: /microsoft/i.test(release) ? true : undefined,
  };
}

/** Container engines leave a file at the top; an overlay as the root says so too. */
function containerOf(root: string): boolean {
  if (listNames(root).some(name => name === '.dockerenv')) return true;
  if (readText(join(root, 'run/.containerenv')) !== undefined) return true;
  return rootFileSystem(root) === 'overlay';
}

const rootFileSystem = (root: string): string | undefined =>
  mountOf('/', parseMounts(readText(join(root, 'proc/self/mountinfo')) ?? ''))?.fs;

/** File systems of the places where the lab keeps its files; each label says what it stands for. */
export function auditMounts(root: string, places: Readonly<Record<string, string>>): Findings {
  const text = readText(join(root, 'proc/self/mountinfo'));
  if (text === undefined) return {};
  const mounts = parseMounts(text);
  const findings: Findings = {};
  for (const [label, path] of Object.entries(places)) {
    // In a synthetic tree the path is that tree's, and links of this machine do not apply.
    const real = root === '/' ? (nearestExisting(path) ?? path) : path;
    const fs = mountOf(real, mounts)?.fs;
    if (fs === undefined) continue;
    const { note } = describeFileSystem(fs);
    findings[`${label}_fs`] = fs;
    findings[`${label}_fs_note`] = note;
  }
  return findings;
}
