// What disturbs a measurement or makes it another machine's: clock rates that change, a limit on
// processor time, a battery, other guests, other programs, a slow clock. The model is fio's
// t/one-core-peak.sh. Nothing here is "bad": the lab works, and its numbers want a second look.
import { auditHypervisor, auditPower, cpuCount, type Findings } from '../measure/host-processor.ts';
import { auditBattery, auditCgroup, auditLoad } from '../measure/host-system.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

/** A run uses one processor or two; more than this share busy, and it has to queue. */
const BUSY_SHARE = 0.5;
const STEAL_PERCENT = 1;
/** Clocks read without a system call, at full resolution (vDSO), on x86 and on ARM. */
const FAST_CLOCKS = ['tsc', 'arch_sys_counter'];
const MORE_ROUNDS = 'iolab run --rounds 30 (more rounds narrow the interval)';

const good = (id: string, text: string): Finding => ({ id, level: 'good', text });
const note = (id: string, text: string, fix: string): Finding => ({ id, level: 'note', text, fix });

export const theme: Theme = {
  id: 'noise',
  title: 'Noise',
  platforms: ['linux'],
  examine({ root }: Surroundings): Finding[] {
    const cpus = cpuCount(root) ?? 1;
    const power = auditPower(root);
    const load = auditLoad(root);
    return [
      governor(power),
      clock(power),
      quota(auditCgroup(root), cpus),
      battery(auditBattery(root)),
      steal(load),
      busy(load, cpus),
      hypervisor(root),
    ].filter(finding => finding !== undefined);
  },
};

function governor({ governor }: Findings): Finding {
  const id = 'noise.governor';
  if (governor === undefined) return good(id, 'no clock rate is governed from here');
  if (governor === 'performance') return good(id, 'CPU governor performance');
  const command = 'echo performance | sudo tee';
  return note(
    id,
    `CPU governor ${governor}: the clock rate follows the load, and short work runs slow`,
    `${command} /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor`,
  );
}

function clock({ clocksource, clocksources_available }: Findings): Finding | undefined {
  const id = 'noise.clock';
  if (clocksource === undefined) return undefined;
  if (FAST_CLOCKS.includes(String(clocksource))) return good(id, `clock source ${clocksource}`);
  const other = FAST_CLOCKS.find(one =>
    String(clocksources_available ?? '')
      .split(' ')
      .includes(one),
  );
  const folder = '/sys/devices/system/clocksource/clocksource0';
  return note(
    id,
    `clock source ${clocksource}, not the processor's counter: time stamps may cost more`,
    other
      ? `echo ${other} | sudo tee ${folder}/current_clocksource`
      : 'sudo dmesg | grep -i clocksource (says why the kernel refused the tsc)',
  );
}

function quota({ cgroup_quota_cpus, cgroup_throttled }: Findings, cpus: number): Finding {
  const id = 'noise.cgroup';
  if (typeof cgroup_quota_cpus !== 'number' || cgroup_quota_cpus >= cpus) {
    return good(id, 'no control group limits processor time');
  }
  const times = Number(cgroup_throttled ?? 0);
  const held = times > 0 ? `, and has held it back ${times} times` : '';
  return note(
    id,
    `a control group allows ${cgroup_quota_cpus} of ${cpus} processors${held}`,
    'docker update --cpus 0 CONTAINER, or systemctl set-property UNIT CPUQuota=',
  );
}

function battery({ battery, mains }: Findings): Finding {
  const id = 'noise.battery';
  if (battery === 'none' || battery === undefined) return good(id, 'no battery');
  if (mains === true || !String(battery).includes('discharging')) {
    return good(id, 'on mains power');
  }
  return note(id, 'on battery: clock rates are lowered', 'plug in the charger');
}

function steal({ steal_percent_since_boot: percent }: Findings): Finding | undefined {
  const id = 'noise.steal';
  if (typeof percent !== 'number') return undefined;
  const text = `${percent.toFixed(1)} % of processor time stolen since boot`;
  if (percent < STEAL_PERCENT) return good(id, text);
  return note(id, `${text}: other guests share the processor`, MORE_ROUNDS);
}

function busy({ load_1min: load }: Findings, cpus: number): Finding | undefined {
  const id = 'noise.load';
  if (typeof load !== 'number') return undefined;
  const text = `load ${load.toFixed(2)} on ${cpus} processor${cpus === 1 ? '' : 's'}`;
  if (load <= cpus * BUSY_SHARE) return good(id, text);
  return note(id, `${text}: other work is in the way`, 'top (see what it is, and wait for it)');
}

function hypervisor(root: string): Finding {
  const id = 'noise.machine';
  const { processor, findings } = auditHypervisor(root);
  if (processor === 'metal') return good(id, `metal: ${findings.processor_basis}`);
  const kind = processor === 'emulated' ? 'an emulator' : 'a virtual machine';
  const basis = `${kind} (${findings.hypervisor ?? findings.processor_basis})`;
  return note(
    id,
    `${basis}: records say processor "${processor}"; interrupts and disks cost more than on metal`,
    MORE_ROUNDS,
  );
}
