// What a round cost besides time: processor time, switches, system calls, polls and interrupts,
// read once at each edge of the counted part.
import type { Counters } from '../drivers/driver.ts';
import type { Platform } from '../ffi/platform.ts';
import { readThreads, threadsDelta, threadTotals } from '../measure/accounting.ts';
import { readInterrupts, sumLines } from '../measure/interrupts.ts';
import type { Thread } from '../records/schema.ts';
import type { Edges } from './workload.ts';

interface Reading {
  readonly time_ns: number;
  readonly cpu_ns: number;
  readonly syscalls: number | undefined;
  readonly polls: number | undefined;
  readonly interrupts: number | undefined;
  readonly threads: ReturnType<typeof readThreads>;
}

export class Account implements Edges {
  started = '';
  ended = '';
  readonly #platform: Platform;
  readonly #counters: () => Counters | undefined;
  readonly #lines: RegExp | undefined;
  #before: Reading | undefined;
  #after: Reading | undefined;

  constructor(platform: Platform, counters: () => Counters | undefined, interrupt_lines?: string) {
    this.#platform = platform;
    this.#counters = counters;
    this.#lines = interrupt_lines === undefined ? undefined : new RegExp(interrupt_lines);
  }

  // The slow readings (files of /proc) stand outside of the clock readings at both edges: before
  // them at the beginning, after them at the end. Workloads rehearse both.
  begin(): number {
    this.started = new Date().toISOString();
    const interrupts = this.#interrupts();
    const threads = readThreads();
    const clocks = this.#clocks();
    this.#before = { interrupts, threads, ...clocks };
    return clocks.time_ns;
  }

  end(): void {
    const clocks = this.#clocks();
    this.#after = { ...clocks, threads: readThreads(), interrupts: this.#interrupts() };
    this.ended = new Date().toISOString();
  }

  #interrupts(): number | undefined {
    return this.#lines ? sumLines(readInterrupts(), this.#lines) : undefined;
  }

  #clocks(): Pick<Reading, 'time_ns' | 'cpu_ns' | 'syscalls' | 'polls'> {
    const { syscalls, polls } = this.#counters() ?? {};
    return { syscalls, polls, time_ns: this.#platform.now(), cpu_ns: this.#platform.processCpu() };
  }

  /** Totals per operation, and the threads that earned them. */
  settle(operations: number): { totals: Record<string, number>; threads: Thread[] } {
    const before = this.#before;
    const after = this.#after;
    if (!before || !after || operations === 0) return { totals: {}, threads: [] };
    const elapsed_ns = after.time_ns - before.time_ns;
    const totals: Record<string, number> = {
      elapsed_ns,
      cpu_ns_per_op: (after.cpu_ns - before.cpu_ns) / operations,
    };
    for (const name of ['syscalls', 'polls'] as const) {
      const [from, to] = [before[name], after[name]];
      if (from !== undefined && to !== undefined)
        totals[`${name}_per_op`] = (to - from) / operations;
    }
    if (before.threads.length > 0) {
      const used = threadTotals(before.threads, after.threads);
      totals.switches_per_op = (used.voluntary_switches + used.involuntary_switches) / operations;
    }
    if (before.interrupts !== undefined && after.interrupts !== undefined) {
      totals.interrupts = after.interrupts - before.interrupts;
    }
    return { totals, threads: threadsDelta(before.threads, after.threads, operations) };
  }
}
