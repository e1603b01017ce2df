// The host audit: what the machine is, before anything is measured on it, so that a number can be
// doubted for the right reason. The model is fio's t/one-core-peak.sh. It never throws, and it never
// tells host, user or home names, serial numbers or addresses.
import * as os from 'node:os';
import { join } from 'node:path';
import type { Host } from '../records/schema.ts';
import { readText } from './files.ts';
import { auditDisks, auditSerialPorts, auditUsbIntervals } from './host-devices.ts';
import {
  auditCores,
  auditHypervisor,
  auditPower,
  cpuCount,
  cpuModel,
  type Findings,
  type Processor,
} from './host-processor.ts';
import { type Secrets, scrub, scrubCommandLine, secretsOf } from './host-scrub.ts';
import { auditBattery, auditCgroup, auditKernel, auditLoad, auditMounts } from './host-system.ts';

export { readSteal, type StealReading, stealPercent } from './host-system.ts';
export { auditPath, type PathAudit } from './mounts.ts';

/** Where to look, and what the caller knows better. */
export interface AuditOptions {
  /** Folder that holds `proc`, `sys` and `etc`; tests hand in synthetic trees. */
  readonly root?: string;
  /** Versions of the packages that matter to the numbers, by name. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Folders whose file systems are told, by label: `{tmp: '/tmp'}`. The paths are not told. */
  readonly places?: Readonly<Record<string, string>>;
  /** Set where the caller knows better than the audit can: inside a VM that runs under TCG. */
  readonly processor?: Processor;
  /** More names that must not appear, besides host, user and home. */
  readonly secrets?: readonly string[];
}

const MAX_KEYS = 120;

/** Audit the machine. What cannot be found out is absent; nothing here throws. */
export function auditHost(options: AuditOptions = {}): Host {
  const root = options.root ?? '/';
  const here = root === '/';
  const linux = !here || process.platform === 'linux';
  const secrets = attempt(() => gatherSecrets(root, options.secrets)) ?? secretsOf([]);
  const clean = (text: string | undefined, version = false): string | undefined =>
    text === undefined ? undefined : scrub(text, secrets, version) || undefined;
  const hypervisor = linux ? attempt(() => auditHypervisor(root)) : undefined;
  const audit: Host['audit'] = {};

  const add = (find: () => Findings, versions = false): void => {
    for (const [key, value] of Object.entries(attempt(find) ?? {})) {
      const kept = typeof value === 'string' ? clean(value, versions) : value;
      if (kept === undefined || (typeof kept === 'number' && !Number.isFinite(kept))) continue;
      if (Object.keys(audit).length >= MAX_KEYS) return;
      audit[scrub(key, secrets).slice(0, 100)] = kept;
    }
  };

  add(() => ({
    ...(hypervisor?.findings ?? { processor_basis: 'assumed: this system is not asked' }),
    ...(options.processor ? { processor_basis: 'told by the place it runs in' } : {}),
  }));
  add(() => versionsOf(options.packages ?? {}), true);
  if (linux) {
    add(() => {
      const line = readText(join(root, 'proc/cmdline'));
      return { command_line: line && scrubCommandLine(line, secrets) };
    });
    add(() => auditCores(root));
    add(() => auditPower(root));
    add(() => auditLoad(root));
    add(() => auditCgroup(root));
    add(() => auditBattery(root));
    add(() => auditKernel(root));
    add(() => auditMounts(root, options.places ?? { tmp: here ? os.tmpdir() : '/tmp' }));
    add(() => auditSerialPorts(root));
    add(() => auditDisks(root));
    add(() => auditUsbIntervals(root));
  } else {
    add(loadOfAnySystem);
  }

  const kernel = (linux ? readText(join(root, 'proc/sys/kernel/osrelease')) : undefined) ?? '';
  const models = here ? attempt(() => os.cpus()) : undefined;
  return {
    os: process.platform,
    kernel:
      clean(kernel, true) ??
      (here
        ? clean(
            attempt(() => os.release()),
            true,
          )
        : undefined) ??
      'unknown',
    arch: process.arch,
    cpu_model: clean(attempt(() => cpuModel(root))) ?? clean(models?.[0]?.model) ?? 'unknown',
    cpus: attempt(() => cpuCount(root)) ?? models?.length ?? 0,
    processor: options.processor ?? hypervisor?.processor ?? 'metal',
    audit,
  };
}

function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

/** What must not be told: host names as the kernel, /etc and Node know them; user; home. */
function gatherSecrets(root: string, more: readonly string[] = []): Secrets {
  const user = attempt(() => os.userInfo());
  return secretsOf([
    attempt(() => os.hostname()),
    readText(join(root, 'proc/sys/kernel/hostname')),
    readText(join(root, 'etc/hostname')),
    user?.username,
    // A home of "/root" is everyone's; the last part of another names its owner.
    user?.homedir.split(/[/\\]/).at(-1),
    ...more,
  ]);
}

function versionsOf(packages: Readonly<Record<string, string>>): Findings {
  const findings: Findings = {
    node: process.versions.node,
    v8: process.versions.v8,
    uv: process.versions.uv,
  };
  for (const [name, version] of Object.entries(packages)) findings[`package_${name}`] = version;
  return findings;
}

/** What Node itself can say where there is no /proc. */
function loadOfAnySystem(): Findings {
  const counted = process.platform !== 'win32';
  const [load_1min, load_5min] = os.loadavg();
  return {
    memory_total_bytes: os.totalmem(),
    memory_available_bytes: os.freemem(),
    load_1min: counted ? load_1min : undefined,
    load_5min: counted ? load_5min : undefined,
    os_version: os.version(),
  };
}
