// Who used the processor: every thread's time and switches, from /proc/PID/task/*/schedstat and
// status (proc_pid_status(5), kernel Documentation/scheduler/sched-stats.rst). So a mechanism's
// helper threads (libuv's pool, a kernel-made io worker) are seen and counted beside its latency.
import { join } from 'node:path';
import type { Thread } from '../records/schema.ts';
import { fieldOf, listNames, readText } from './files.ts';

/** One thread's counters since it began. */
export interface ThreadReading {
  readonly tid: number;
  /** The thread's own name, at most 15 characters; all threads of one kind share it. */
  readonly name: string;
  /** Time on a processor. May lag by one tick (1 to 4 ms) for a thread that runs elsewhere now. */
  readonly cpu_ns: number;
  /** Time spent ready, waiting for a processor. */
  readonly wait_ns: number;
  readonly voluntary_switches: number;
  readonly involuntary_switches: number;
}

/** What a process used; `undefined` where the system does not count it. */
export interface Usage {
  readonly cpu_ns: number;
  readonly voluntary_switches: number | undefined;
  readonly involuntary_switches: number | undefined;
}

const MAX_THREADS = 200;

/**
 * All threads of a process (default: this one), in order of their ids. Empty where there is no
 * /proc (macOS, Windows), the process is gone, or its threads may not be read. Never throws.
 */
export function readThreads(pid: number | 'self' = 'self', proc = '/proc'): ThreadReading[] {
  const folder = join(proc, String(pid), 'task');
  const readings: ThreadReading[] = [];
  for (const entry of listNames(folder)) {
    if (!/^\d{1,10}$/.test(entry)) continue;
    const times = parseSchedstat(readText(join(folder, entry, 'schedstat')));
    const status = readText(join(folder, entry, 'status'));
    const switches = parseSwitches(status);
    // A thread may end between the listing and the reading: then it is left out.
    if (!times || !switches) continue;
    const name = plainName(fieldOf(status, 'Name') ?? '');
    readings.push({ tid: Number(entry), name, ...times, ...switches });
  }
  return readings;
}

/**
 * Reads and writes, of whatever, that a process has asked the kernel for since it began: syscr and syscw
 * of proc_pid_io(5). Undefined where the kernel does not count them or they may not be read.
 */
export function readTransfers(pid: number, proc = '/proc'): number | undefined {
  const text = readText(join(proc, String(pid), 'io'));
  const [reads, writes] = [fieldOf(text, 'syscr'), fieldOf(text, 'syscw')];
  if (!/^\d{1,15}$/.test(reads ?? '') || !/^\d{1,15}$/.test(writes ?? '')) return undefined;
  return Number(reads) + Number(writes);
}

/** `schedstat`: time on the processor, time waiting for it, and slices; undefined if it is not. */
export function parseSchedstat(
  text: string | undefined,
): { cpu_ns: number; wait_ns: number } | undefined {
  const match = text?.match(/^\s*(\d{1,19})\s+(\d{1,19})\s+\d{1,19}\s*$/);
  return match ? { cpu_ns: Number(match[1]), wait_ns: Number(match[2]) } : undefined;
}

/** The two `ctxt_switches` lines of `status`; undefined where they are missing. */
export function parseSwitches(
  text: string | undefined,
): { voluntary_switches: number; involuntary_switches: number } | undefined {
  const voluntary = fieldOf(text, 'voluntary_ctxt_switches');
  const involuntary = fieldOf(text, 'nonvoluntary_ctxt_switches');
  if (!voluntary || !involuntary) return undefined;
  if (!/^\d{1,15}$/.test(voluntary) || !/^\d{1,15}$/.test(involuntary)) return undefined;
  return { voluntary_switches: Number(voluntary), involuntary_switches: Number(involuntary) };
}

/** Printable and short, as the record wants it. */
function plainName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 64) || '?';
}

/** What each thread used between two readings. A thread that is new counts from zero. */
export function threadChanges(
  before: readonly ThreadReading[],
  after: readonly ThreadReading[],
): ThreadReading[] {
  const earlier = new Map(before.map(reading => [reading.tid, reading]));
  return after.map(now => {
    const then = earlier.get(now.tid);
    // Counters that went back belong to another thread that was given the same id.
    if (!then || now.cpu_ns < then.cpu_ns || now.voluntary_switches < then.voluntary_switches) {
      return now;
    }
    return {
      tid: now.tid,
      name: now.name,
      cpu_ns: now.cpu_ns - then.cpu_ns,
      wait_ns: Math.max(0, now.wait_ns - then.wait_ns),
      voluntary_switches: now.voluntary_switches - then.voluntary_switches,
      involuntary_switches: Math.max(0, now.involuntary_switches - then.involuntary_switches),
    };
  });
}

/**
 * Per operation and thread, for the record: the busiest first, idle threads left out. A thread that
 * ended in between is not in it; compare with the process total to see that. Throws RangeError when
 * `operations` is not above 0.
 */
export function threadsDelta(
  before: readonly ThreadReading[],
  after: readonly ThreadReading[],
  operations: number,
): Thread[] {
  if (!(operations > 0)) {
    throw new RangeError(`A cost per operation needs operations, not ${operations}.`);
  }
  return threadChanges(before, after)
    .filter(used => used.cpu_ns + used.voluntary_switches + used.involuntary_switches > 0)
    .sort((a, b) => b.cpu_ns - a.cpu_ns)
    .slice(0, MAX_THREADS)
    .map(used => ({
      name: used.name,
      cpu_ns_per_op: used.cpu_ns / operations,
      voluntary_switches_per_op: used.voluntary_switches / operations,
      involuntary_switches_per_op: used.involuntary_switches / operations,
    }));
}

/** Sum over all threads between two readings. */
export function threadTotals(
  before: readonly ThreadReading[],
  after: readonly ThreadReading[],
): { cpu_ns: number; voluntary_switches: number; involuntary_switches: number } {
  const totals = { cpu_ns: 0, voluntary_switches: 0, involuntary_switches: 0 };
  for (const used of threadChanges(before, after)) {
    totals.cpu_ns += used.cpu_ns;
    totals.voluntary_switches += used.voluntary_switches;
    totals.involuntary_switches += used.involuntary_switches;
  }
  return totals;
}

/**
 * This process' own usage, all threads, ended ones too: getrusage(2). The fallback where there is
 * no /proc. Windows counts no switches.
 */
export function readUsage(): Usage {
  const usage = process.resourceUsage();
  const counted = process.platform !== 'win32';
  return {
    cpu_ns: (usage.userCPUTime + usage.systemCPUTime) * 1_000,
    voluntary_switches: counted ? usage.voluntaryContextSwitches : undefined,
    involuntary_switches: counted ? usage.involuntaryContextSwitches : undefined,
  };
}

/** Usage between two readings of the same process. */
export function usageDelta(before: Usage, after: Usage): Usage {
  const less = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : Math.max(0, a - b);
  return {
    cpu_ns: Math.max(0, after.cpu_ns - before.cpu_ns),
    voluntary_switches: less(after.voluntary_switches, before.voluntary_switches),
    involuntary_switches: less(after.involuntary_switches, before.involuntary_switches),
  };
}
