// What may leave the machine: records are shared, so nothing in them names its owner. The kernel's
// command line goes through a list of parameters known to bear on the numbers; whatever is not on
// it is withheld, because a blacklist forgets. Other texts lose the names of host, user and home.

/** Names that must not occur in any text of the audit. */
export interface Secrets {
  readonly names: readonly string[];
}

/** Too common to identify anyone, and parts of honest words (`root=`, `debian`). */
const GENERIC = new Set([
  ...['root', 'user', 'admin', 'node', 'runner', 'nobody', 'localhost', 'localdomain', 'guest'],
  ...['linux', 'debian', 'ubuntu', 'fedora', 'arch', 'alpine', 'raspberrypi', 'host', 'home'],
  ...['ext4', 'none', 'performance', 'powersave', 'kvm', 'qemu', 'amd', 'intel', 'arm', 'tsc'],
]);

/** Keep only the names that say something: three letters or more, and not everyone's. */
export function secretsOf(names: readonly (string | undefined)[]): Secrets {
  const kept = new Set<string>();
  for (const name of names) {
    const plain = name?.trim();
    if (!plain) continue;
    const first = plain.split('.')[0]!;
    for (const candidate of [plain, first]) {
      if (candidate.length >= 3 && !GENERIC.has(candidate.toLowerCase())) kept.add(candidate);
    }
  }
  // The longer first: "bench-07" must go before "bench".
  return { names: [...kept].sort((a, b) => b.length - a.length) };
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;
const MAC = /\b[\da-f]{2}(?:[:-][\da-f]{2}){5}\b/gi;
const IPV4 = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
const CONTROL = /[^\x20-\x7e\u00a1-\ud7ff\ue000-\ufffd]/g;

/**
 * One text fit for a record: one line, at most 500 characters, no identifying word in it.
 * `version`: four numbers with dots are a version here, not an address.
 */
export function scrub(text: string, secrets: Secrets, version = false): string {
  let clean = text.slice(0, 4_000).replace(CONTROL, ' ');
  for (const name of secrets.names) {
    const escaped = name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    clean = clean.replace(new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'gi'), '…');
  }
  clean = clean.replace(UUID, '…').replace(MAC, '…');
  if (!version) clean = clean.replace(IPV4, '…');
  return clean.replace(/\s+/g, ' ').trim().slice(0, 500);
}

/** Parameters whose presence and value may be told (kernel Documentation/admin-guide). */
const TOLD = new Set([
  ...['mitigations', 'nosmt', 'smt', 'pti', 'nopti', 'spectre_v2', 'spectre_v2_user', 'retbleed'],
  ...['spec_store_bypass_disable', 'l1tf', 'mds', 'tsx', 'tsx_async_abort', 'mmio_stale_data'],
  ...['isolcpus', 'nohz', 'nohz_full', 'rcu_nocbs', 'rcu_nocb_poll', 'irqaffinity', 'skew_tick'],
  ...['kthread_cpus', 'maxcpus', 'nr_cpus', 'mem', 'highres', 'threadirqs', 'preempt', 'idle'],
  ...['processor.max_cstate', 'intel_idle.max_cstate', 'cpuidle.off', 'cpuidle.governor'],
  ...['cpuidle_haltpoll.force', 'haltpoll.guest_halt_poll_ns', 'intel_pstate', 'amd_pstate'],
  ...['cpufreq.default_governor', 'cpufreq.off', 'tsc', 'clocksource', 'hpet', 'no-kvmclock'],
  ...['transparent_hugepage', 'hugepages', 'hugepagesz', 'default_hugepagesz', 'iommu'],
  ...['intel_iommu', 'amd_iommu', 'iommu.strict', 'iommu.passthrough', 'pcie_aspm', 'pci'],
  ...['nvme.poll_queues', 'nvme.write_queues', 'nvme_core.io_timeout', 'virtio_blk.poll_queues'],
  ...['virtio_blk.num_request_queues', 'scsi_mod.use_blk_mq', 'elevator', 'swiotlb', 'nokaslr'],
  ...['nmi_watchdog', 'nowatchdog', 'nosoftlockup', 'audit', 'selinux', 'apparmor', 'psi'],
  ...['quiet', 'ro', 'rw', 'console', 'init_on_alloc', 'init_on_free', 'slub_debug', 'kasan'],
  ...[
    'systemd.unified_cgroup_hierarchy',
    'cgroup_no_v1',
    'usbcore.autosuspend',
    'usbhid.mousepoll',
  ],
  ...['usbhid.kbpoll', 'usbhid.jspoll', 'noapic', 'nolapic', 'acpi', 'lapic', 'x2apic', 'nox2apic'],
]);

/** A value that is a word, numbers, or a list of them: no path, address or sentence. */
const PLAIN_VALUE = /^[\w.,:+-]{0,64}$/;

/**
 * The kernel's command line, fit for a record. Parameters that are not on the list, or whose value
 * might identify, are withheld and counted. What follows `--` is init's and is withheld too.
 */
export function scrubCommandLine(text: string, secrets: Secrets): string {
  const kept: string[] = [];
  let withheld = 0;
  let kernel = true;
  for (const word of text.slice(0, 20_000).split(/\s+/)) {
    if (word === '') continue;
    if (word === '--') {
      kernel = false;
      continue;
    }
    const equals = word.indexOf('=');
    const key = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? '' : word.slice(equals + 1);
    const told =
      kernel && TOLD.has(key) && PLAIN_VALUE.test(value) && scrub(word, secrets) === word;
    if (told) kept.push(word);
    else withheld++;
  }
  // Leave room for the count: the whole must stay a text of the record.
  let line = kept.join(' ');
  if (line.length > 460) line = `${line.slice(0, 459)}…`;
  return withheld === 0 ? line : `${line} (${withheld} withheld)`.trim();
}
