// The processor as far as it bears on times: its cores and their kinds, governor, sleep states,
// clock source, and whether it is metal, a hypervisor's or an emulator's. From /proc/cpuinfo and
// /sys/devices/system/cpu (kernel Documentation/ABI/testing/sysfs-devices-system-cpu).
import { join } from 'node:path';
import { fieldOf, listNames, readNumber, readText } from './files.ts';

/** What executes the instructions: the chip itself, a hypervisor’s share of it, or a program. */
export type Processor = 'metal' | 'virtual' | 'emulated';
/** What an audit found, by name; undefined where the system does not say. */
export type Findings = Record<string, string | number | boolean | undefined>;

/** One value out of many: the distinct ones in order of their first appearance. */
export function distinct(values: readonly (string | undefined)[]): string | undefined {
  const found = [...new Set(values.filter(value => value !== undefined && value !== ''))];
  return found.length === 0 ? undefined : found.join(', ');
}

const cpuFolders = (root: string): string[] => {
  const base = join(root, 'sys/devices/system/cpu');
  return listNames(base)
    .filter(name => /^cpu\d+$/.test(name))
    .map(name => join(base, name));
};

/** The blocks of /proc/cpuinfo, one per processor. */
const cpuBlocks = (root: string): string[] =>
  (readText(join(root, 'proc/cpuinfo')) ?? '')
    .split(/\n\s*\n/)
    .filter(block => block.trim() !== '');

/** Model name; ARM names an implementer and a part instead. */
export function cpuModel(root: string): string | undefined {
  const blocks = cpuBlocks(root);
  const names = distinct(blocks.map(block => fieldOf(block, 'model name')));
  if (names !== undefined) return names;
  const parts = distinct(
    blocks.map(block => {
      const part = fieldOf(block, 'CPU part');
      return part && `ARM ${fieldOf(block, 'CPU implementer') ?? '?'} part ${part}`;
    }),
  );
  return parts ?? fieldOf(blocks.at(-1), 'Model');
}

/** Number of processors that /proc/cpuinfo lists; undefined where it lists none. */
export function cpuCount(root: string): number | undefined {
  const count = cpuBlocks(root).filter(block => fieldOf(block, 'processor') !== undefined).length;
  return count > 0 ? count : undefined;
}

/** Cores, their kinds, and what may run where. */
export function auditCores(root: string): Findings {
  const blocks = cpuBlocks(root);
  const cores = new Set(
    blocks
      .map(block => [fieldOf(block, 'physical id'), fieldOf(block, 'core id')])
      .filter(pair => pair[1] !== undefined)
      .map(pair => pair.join(':')),
  ).size;
  const base = join(root, 'sys/devices/system/cpu');
  const flags = ` ${fieldOf(blocks[0], 'flags') ?? ''} `;
  const status = readText(join(root, 'proc/self/status'));
  return {
    cores_physical: cores > 0 ? cores : undefined,
    // Intel's hybrids list their big and small cores; ARM gives each core a relative capacity.
    cores_performance: readText(join(root, 'sys/devices/cpu_core/cpus')),
    cores_efficient: readText(join(root, 'sys/devices/cpu_atom/cpus')),
    core_capacities: distinct(cpuFolders(root).map(cpu => readText(join(cpu, 'cpu_capacity')))),
    cpus_online: readText(join(base, 'online')),
    cpus_allowed: fieldOf(status, 'Cpus_allowed_list'),
    cpus_isolated: readText(join(base, 'isolated')) || undefined,
    cpus_nohz_full: readText(join(base, 'nohz_full'))?.replace(/^\(null\)$/, '') || undefined,
    smt_active: bool(readNumber(join(base, 'smt/active'))),
    numa_nodes: readText(join(root, 'sys/devices/system/node/online')),
    tsc_flags: distinct(
      ['constant_tsc', 'nonstop_tsc', 'tsc_known_freq'].filter(f => flags.includes(` ${f} `)),
    ),
  };
}

/** Frequency, sleep states and clock: what an idle processor does, and how long it takes to wake. */
export function auditPower(root: string): Findings {
  const base = join(root, 'sys/devices/system/cpu');
  const cpus = cpuFolders(root);
  const frequency = (name: string): string | undefined =>
    distinct(cpus.map(cpu => readText(join(cpu, 'cpufreq', name))));
  const noTurbo = readNumber(join(base, 'intel_pstate/no_turbo'));
  const boost = readNumber(join(base, 'cpufreq/boost'));
  const clock = join(root, 'sys/devices/system/clocksource/clocksource0');
  return {
    governor: frequency('scaling_governor'),
    frequency_driver: frequency('scaling_driver'),
    frequency_min_khz: frequency('scaling_min_freq'),
    frequency_max_khz: frequency('scaling_max_freq'),
    energy_preference: frequency('energy_performance_preference'),
    turbo: noTurbo === undefined ? bool(boost) : noTurbo === 0,
    idle_driver: readText(join(base, 'cpuidle/current_driver')),
    idle_governor:
      readText(join(base, 'cpuidle/current_governor')) ??
      readText(join(base, 'cpuidle/current_governor_ro')),
    idle_states: idleStates(cpus[0]),
    clocksource: readText(join(clock, 'current_clocksource')),
    clocksources_available: readText(join(clock, 'available_clocksource'))?.trim(),
  };
}

/** "POLL 0 us, C1 2 us, C6 133 us (off)": each state with its time to wake. */
function idleStates(cpu: string | undefined): string | undefined {
  if (cpu === undefined) return undefined;
  const states = listNames(join(cpu, 'cpuidle')).filter(name => /^state\d+$/.test(name));
  return distinct(
    states.map(state => {
      const folder = join(cpu, 'cpuidle', state);
      const off = readNumber(join(folder, 'disable')) ? ' (off)' : '';
      const name = readText(join(folder, 'name')) ?? state;
      return `${name} ${readText(join(folder, 'latency')) ?? '?'} us${off}`;
    }),
  );
}

const bool = (value: number | undefined): boolean | undefined =>
  value === undefined ? undefined : value !== 0;

/** DMI vendors and products that are hypervisors; a real board's names are not passed on. */
const VIRTUAL_NAMES =
  /\b(QEMU|KVM|VMware|VirtualBox|innotek|Xen|Bochs|Parallels|OpenStack|Firecracker|bhyve|oVirt|Virtual Machine|Google Compute Engine|DigitalOcean|Hetzner|Alibaba Cloud|Nutanix|Standard PC)\b/i;

/**
 * What executes our instructions, and how that was found out. An emulator (QEMU's TCG) names itself
 * in the model, or is a QEMU processor without KVM's clock. `emulated` wins over `virtual`.
 */
export function auditHypervisor(root: string): { processor: Processor; findings: Findings } {
  const block = cpuBlocks(root)[0];
  const model = cpuModel(root) ?? '';
  const flagged = ` ${fieldOf(block, 'flags') ?? ''} `.includes(' hypervisor ');
  const dmi = (name: string): string =>
    readText(join(root, 'sys/class/dmi/id', name))?.trim() ?? '';
  const names = [dmi('sys_vendor'), dmi('product_name'), dmi('bios_vendor')];
  const virtualName = names.find(name => VIRTUAL_NAMES.test(name));
  const type = readText(join(root, 'sys/hypervisor/type'))?.trim();
  const tree = readText(join(root, 'proc/device-tree/hypervisor/compatible'))?.replace(/\0/g, ' ');
  const clocks =
    readText(join(root, 'sys/devices/system/clocksource/clocksource0/available_clocksource')) ?? '';
  const kvm = clocks.includes('kvm-clock') || /kvm/i.test(tree ?? '');

  let processor: Processor = 'metal';
  let basis = 'no sign of a hypervisor';
  if (/\bTCG\b/i.test(model) || (/QEMU Virtual CPU/i.test(model) && !kvm)) {
    processor = 'emulated';
    basis = 'the processor model names QEMU’s emulator';
  } else if (flagged) {
    processor = 'virtual';
    basis = 'the processor’s hypervisor flag';
  } else if (type) {
    processor = 'virtual';
    basis = '/sys/hypervisor';
  } else if (tree) {
    processor = 'virtual';
    basis = 'the device tree names a hypervisor';
  } else if (virtualName !== undefined) {
    processor = 'virtual';
    basis = 'the firmware’s tables name a hypervisor';
  }
  const hypervisor =
    type || (kvm ? 'kvm' : undefined) || virtualName || (tree ? tree.trim() : undefined);
  return {
    processor,
    findings: {
      hypervisor: processor === 'metal' ? undefined : hypervisor,
      processor_basis: basis,
      dmi_vendor: dmi('sys_vendor') || undefined,
    },
  };
}
