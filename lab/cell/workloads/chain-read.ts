// N blocks read as one piece of work: handed over one by one, all at once, or all at once and linked,
// so that each starts when the one before has ended. What is counted is what the program does for N:
// the modern twin of a channel program (lab/machines/s390).
import { READ } from '../../drivers/driver.ts';
import { createRandom, type Random } from '../../measure/random.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

export interface ChainReadPlan {
  /** Operations handed over together: 1, or all the records of a chain. */
  readonly depth: number;
  readonly records: number;
  /** Chains counted, and chains before them. */
  readonly chains: number;
  readonly warmup: number;
  readonly block_bytes: number;
  /** Size of the file in bytes. */
  readonly bytes: number;
  readonly seed: number;
  /** Blocks carry their numbers, so reads can be checked. Not on the null device. */
  readonly verify: boolean;
}

interface Reading {
  readonly syscalls: number;
  readonly links: number;
  readonly wakeups: number;
}

export class ChainRead implements Workload {
  readonly depth: number;
  readonly together: number;
  readonly slot_bytes: number;
  readonly timed = false;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #plan: ChainReadPlan;
  readonly #random: Random;
  readonly #blocks: number;
  /** Which operation of the run each slot carries, and which block that reads. */
  readonly #operation: Float64Array;
  readonly #block: Uint32Array;
  readonly #latency: SampleRecorder;
  readonly #started_ns = new Float64Array(1);
  #first = 0;
  #prepared = 0;
  #completed = 0;
  #out_of_order = 0;
  #before: Reading | undefined;
  #after: Reading | undefined;

  constructor(engine: AnyEngine, edges: Edges, plan: ChainReadPlan) {
    const { depth, records, chains, block_bytes, bytes, seed } = plan;
    if (depth !== 1 && depth !== records) {
      throw new RangeError(`a chain of ${records} goes one by one or all at once, not by ${depth}`);
    }
    this.#engine = engine;
    this.#edges = edges;
    this.#plan = plan;
    this.depth = depth;
    this.together = depth;
    this.slot_bytes = block_bytes;
    this.#random = createRandom(seed);
    this.#blocks = Math.floor(bytes / block_bytes);
    if (this.#blocks < records) throw new RangeError(`the file has no ${records} blocks`);
    this.#operation = new Float64Array(depth);
    this.#block = new Uint32Array(depth);
    this.#latency = new SampleRecorder(chains);
  }

  prepare(slot: number): boolean {
    const { records, chains, warmup, block_bytes } = this.#plan;
    const place = this.#prepared % records;
    if (this.#prepared === records * (chains + warmup)) return false;
    if (place === 0) this.#first = Math.floor(this.#random() * (this.#blocks - records + 1));
    const block = this.#first + place;
    this.#operation[slot] = this.#prepared++;
    this.#block[slot] = block;
    const { opcode, offset_bytes, length_bytes } = this.#engine.operations;
    opcode[slot] = READ;
    offset_bytes[slot] = block * block_bytes;
    length_bytes[slot] = block_bytes;
    return true;
  }

  submitted(slot: number, clock_ns: Float64Array): void {
    const { records, warmup } = this.#plan;
    const operation = this.#operation[slot]!;
    if (operation % records !== 0) return;
    this.#started_ns[0] = clock_ns[0]!;
    // Without a rehearsal the first chain is already under way when it can be seen.
    if (operation === 0 && warmup === 0) this.#begin();
  }

  completed(slot: number, index: number): void {
    const { records, chains, warmup } = this.#plan;
    const { result, time_ns } = this.#engine.completions;
    this.#check(slot, result[index]!);
    if (this.#operation[slot] !== this.#completed) this.#out_of_order++;
    this.#completed++;
    if (this.#before && !this.#after) this.counted++;
    if (this.#completed % records !== 0) return;
    const chain = this.#completed / records;
    if (chain > warmup) this.#latency.append(time_ns[index]! - this.#started_ns[0]!);
    if (chain === warmup) this.#begin();
    if (chain < warmup + chains) return;
    this.#after = this.#reading();
    this.#edges.end();
    this.done = true;
  }

  #begin(): void {
    this.#out_of_order = 0;
    this.#edges.begin();
    this.#before = this.#reading();
  }

  #reading(): Reading {
    const engine = this.#engine;
    const { syscalls = 0, links = 0 } = engine.loop === 'blocking' ? engine.counters : {};
    return { syscalls, links, wakeups: process.resourceUsage().voluntaryContextSwitches };
  }

  #check(slot: number, result: number): void {
    const expected = this.#block[slot]!;
    const { block_bytes, verify } = this.#plan;
    if (result !== block_bytes) {
      throw new Error(`read of block ${expected} returned ${result}, not ${block_bytes}`);
    }
    if (!verify) return;
    const bytes = this.#engine.slot(slot);
    const found = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (found !== expected) throw new Error(`read of block ${expected} returned block ${found}`);
  }

  results(): WorkloadResults {
    const { chains } = this.#plan;
    const engine = this.#engine;
    const counted = engine.loop === 'blocking' && !engine.counters.uncounted;
    const per = (name: keyof Reading) =>
      ((this.#after?.[name] ?? 0) - (this.#before?.[name] ?? 0)) / chains;
    return {
      series: { latency_ns: this.#latency.view() },
      totals: {
        ...(counted ? { syscalls: per('syscalls') } : {}),
        wakeups: per('wakeups'),
        links: per('links'),
        out_of_order: this.#out_of_order / chains,
      },
      notes: [
        'system calls, wake-ups (voluntary switches of the process), links and operations out of order are per chain of all its records',
      ],
    };
  }
}
