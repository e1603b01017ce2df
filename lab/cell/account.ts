// What a round cost besides time: processor time, switches, system calls, polls and interrupts,
// read once at each edge of the counted part. Processes that work for the driver are part of the cost.
import type { Counters } from '../drivers/driver.ts';
import type { Platform } from '../ffi/platform.ts';
import { readThreads, readTransfers, threadsDelta, threadTotals } from '../measure/accounting.ts';
import { readInterrupts, sumLines } from '../measure/interrupts.ts';
import type { Thread } from '../records/schema.ts';
import type { Edges } from './workload.ts';

interface Reading {
  readonly time_ns: number;
  readonly cpu_ns: number;
  readonly syscalls: number | undefined;
  readonly polls: number | undefined;
  readonly doorbells: number | undefined;
  readonly interrupts: number | undefined;
  readonly threads: ReturnType<typeof readThreads>;
  readonly helpers: Helpers;
}

/** Other processes that work for the driver: their threads, and their system calls where counted. */
interface Helpers {
  readonly threads: ReturnType<typeof readThreads>;
  readonly transfers: number | undefined;
}

/** What an engine says of what it uses. */
type Used = () => { readonly counters?: Counters; readonly processes?: readonly number[] };

export class Account implements Edges {
  started = '';
  ended = '';
  readonly #platform: Platform;
  readonly #used: Used;
  readonly #lines: RegExp | undefined;
  #before: Reading | undefined;
  #after: Reading | undefined;

  constructor(platform: Platform, used: Used, interrupt_lines?: string) {
    this.#platform = platform;
    this.#used = used;
    this.#lines = interrupt_lines === undefined ? undefined : new RegExp(interrupt_lines);
  }

  // The slow readings (files of /proc) stand outside of the clock readings at both edges: before
  // them at the beginning, after them at the end. Workloads rehearse both.
  begin(): number {
    this.started = new Date().toISOString();
    const interrupts = this.#interrupts();
    const threads = readThreads();
    const helpers = this.#helpers();
    const clocks = this.#clocks();
    this.#before = { interrupts, threads, helpers, ...clocks };
    return clocks.time_ns;
  }

  end(): void {
    const clocks = this.#clocks();
    const helpers = this.#helpers();
    this.#after = { ...clocks, helpers, threads: readThreads(), interrupts: this.#interrupts() };
    this.ended = new Date().toISOString();
  }

  #helpers(): Helpers {
    const { processes = [] } = this.#used();
    const transfers = processes.map(pid => readTransfers(pid) ?? Number.NaN);
    const total = transfers.reduce((sum, one) => sum + one, 0);
    return {
      threads: processes.flatMap(pid => readThreads(pid)),
      transfers: Number.isNaN(total) ? undefined : total,
    };
  }

  /** As the driver was told, or as the kernel counts them on the device's lines. */
  #interrupts(): number | undefined {
    const told = this.#used().counters?.interrupts;
    if (told !== undefined) return told;
    return this.#lines ? sumLines(readInterrupts(), this.#lines) : undefined;
  }

  #clocks(): Pick<Reading, 'time_ns' | 'cpu_ns' | 'syscalls' | 'polls' | 'doorbells'> {
    const { syscalls, polls, doorbells, uncounted } = this.#used().counters ?? {};
    const calls = uncounted ? undefined : syscalls;
    return {
      syscalls: calls,
      polls,
      doorbells,
      time_ns: this.#platform.now(),
      cpu_ns: this.#platform.processCpu(),
    };
  }

  /** Processor time over elapsed time: 1 is one processor that did nothing else. */
  share(): number | undefined {
    if (!this.#before || !this.#after) return undefined;
    const elapsed_ns = this.#after.time_ns - this.#before.time_ns;
    return cpuBetween(this.#before, this.#after) / elapsed_ns;
  }

  /** Totals per operation, and the threads that earned them. */
  settle(operations: number): { totals: Record<string, number>; threads: Thread[] } {
    const before = this.#before;
    const after = this.#after;
    if (!before || !after || operations === 0) return { totals: {}, threads: [] };
    const elapsed_ns = after.time_ns - before.time_ns;
    const cpu_ns_per_op = cpuBetween(before, after) / operations;
    const totals: Record<string, number> = { elapsed_ns, cpu_ns_per_op };
    const syscalls = less(syscallsOf(after), syscallsOf(before));
    const polls = less(after.polls, before.polls);
    if (syscalls !== undefined) totals.syscalls_per_op = syscalls / operations;
    if (polls !== undefined) totals.polls_per_op = polls / operations;
    const doorbells = less(after.doorbells, before.doorbells);
    if (doorbells !== undefined) totals.doorbells_per_op = doorbells / operations;
    const from = [...before.threads, ...before.helpers.threads];
    const to = [...after.threads, ...after.helpers.threads];
    if (before.threads.length > 0) {
      const used = threadTotals(from, to);
      totals.switches_per_op = (used.voluntary_switches + used.involuntary_switches) / operations;
    }
    if (before.interrupts !== undefined && after.interrupts !== undefined) {
      totals.interrupts = after.interrupts - before.interrupts;
    }
    return { totals, threads: threadsDelta(from, to, operations) };
  }
}

/** Of this process, the ended threads too, and of those that work for it. */
function cpuBetween(before: Reading, after: Reading): number {
  const helped = threadTotals(before.helpers.threads, after.helpers.threads);
  return after.cpu_ns - before.cpu_ns + helped.cpu_ns;
}

function syscallsOf({ syscalls, helpers }: Reading): number | undefined {
  if (syscalls === undefined || helpers.transfers === undefined) return undefined;
  return syscalls + helpers.transfers;
}

const less = (to: number | undefined, from: number | undefined): number | undefined =>
  to === undefined || from === undefined ? undefined : to - from;
