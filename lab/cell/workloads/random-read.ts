// Random reads of whole blocks at a fixed depth for a fixed time, as fio's randread. Every block
// carries its own number and every read is checked against it.
import { READ } from '../../drivers/driver.ts';
import { createRandom, type Random } from '../../measure/random.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

export interface RandomReadPlan {
  readonly depth: number;
  readonly block_bytes: number;
  /** Size of the file or disk in bytes. */
  readonly bytes: number;
  readonly duration_ms: number;
  /** Stop after so many operations instead of after `duration_ms`. */
  readonly samples?: number;
  readonly warmup_ms: number;
  readonly seed: number;
  /** Blocks carry their numbers, so reads can be checked. Not on the null device. */
  readonly verify: boolean;
}

/** More samples than any disk gives in a round; the null device stops here. */
const MOST_SAMPLES = 400_000;

export class RandomRead implements Workload {
  readonly depth: number;
  readonly slot_bytes: number;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #plan: RandomReadPlan;
  readonly #random: Random;
  readonly #blocks: number;
  readonly #block: Uint32Array;
  readonly #words: Uint32Array[];
  readonly #started_ns: Float64Array;
  readonly #submitted_ns: Float64Array;
  readonly #latency: SampleRecorder;
  readonly #submit: SampleRecorder;
  readonly #complete: SampleRecorder;
  #inFlight = 0;
  #begin_ns = 0;
  #end_ns = 0;
  #last_ns = 0;
  #counting = false;
  #stopping = false;

  constructor(engine: AnyEngine, edges: Edges, plan: RandomReadPlan, now_ns: number) {
    this.#engine = engine;
    this.#edges = edges;
    this.#plan = plan;
    this.depth = plan.depth;
    this.slot_bytes = plan.block_bytes;
    this.#random = createRandom(plan.seed);
    const most = plan.samples ?? MOST_SAMPLES;
    this.#latency = new SampleRecorder(most);
    this.#submit = new SampleRecorder(most);
    this.#complete = new SampleRecorder(most);
    this.#blocks = Math.floor(plan.bytes / plan.block_bytes);
    this.#block = new Uint32Array(plan.depth);
    this.#words = Array.from({ length: plan.depth }, (_, slot) => {
      const bytes = engine.slot(slot);
      return new Uint32Array(bytes.buffer, bytes.byteOffset, plan.block_bytes / 4);
    });
    this.#started_ns = new Float64Array(plan.depth);
    this.#submitted_ns = new Float64Array(plan.depth);
    this.#begin_ns = now_ns + plan.warmup_ms * 1e6;
  }

  prepare(slot: number): boolean {
    if (this.#stopping) return false;
    const block = Math.floor(this.#random() * this.#blocks);
    this.#block[slot] = block;
    const { opcode, offset_bytes, length_bytes } = this.#engine.operations;
    opcode[slot] = READ;
    offset_bytes[slot] = block * this.#plan.block_bytes;
    length_bytes[slot] = this.#plan.block_bytes;
    this.#inFlight++;
    return true;
  }

  submitted(slot: number, before_ns: number, after_ns: number): void {
    this.#started_ns[slot] = before_ns;
    this.#submitted_ns[slot] = after_ns;
  }

  completed(slot: number, result: number, time_ns: number): void {
    this.#inFlight--;
    this.#check(slot, result);
    if (this.#counting) this.#count(slot, time_ns);
    else if (!this.#stopping && time_ns >= this.#begin_ns) {
      this.#counting = true;
      this.#edges.begin();
      this.#begin_ns = time_ns;
      const { samples, duration_ms } = this.#plan;
      this.#end_ns = samples ? Number.POSITIVE_INFINITY : time_ns + duration_ms * 1e6;
    }
    if (this.#stopping && this.#inFlight === 0) this.done = true;
  }

  #check(slot: number, result: number): void {
    const expected = this.#block[slot]!;
    if (result !== this.#plan.block_bytes) {
      throw new Error(
        `read of block ${expected} returned ${result}, not ${this.#plan.block_bytes}`,
      );
    }
    if (this.#plan.verify && this.#words[slot]![0] !== expected) {
      throw new Error(`read of block ${expected} returned block ${this.#words[slot]![0]}`);
    }
  }

  #count(slot: number, time_ns: number): void {
    const started_ns = this.#started_ns[slot]!;
    // A synchronous driver finished inside submit: all of its time was submission.
    const submitted_ns = Math.min(this.#submitted_ns[slot]!, time_ns);
    this.counted++;
    this.#latency.append(time_ns - started_ns);
    this.#submit.append(submitted_ns - started_ns);
    this.#complete.append(time_ns - submitted_ns);
    this.#last_ns = time_ns;
    if (time_ns < this.#end_ns && !this.#latency.full) return;
    this.#edges.end();
    this.#counting = false;
    this.#stopping = true;
  }

  results(): WorkloadResults {
    const seconds = (this.#last_ns - this.#begin_ns) / 1e9;
    return {
      series: {
        latency_ns: this.#latency.view(),
        submit_ns: this.#submit.view(),
        complete_ns: this.#complete.view(),
      },
      totals: {
        ops_per_s: this.counted / seconds,
        bytes_per_s: (this.counted * this.#plan.block_bytes) / seconds,
      },
      notes: [],
    };
  }
}
