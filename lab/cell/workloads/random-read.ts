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
  /** Completions to wait for at once; 1 where it is absent. */
  readonly together?: number;
  readonly warmup_ms: number;
  readonly seed: number;
  /**
   * What a read is checked against: the number that each block carries, or nought in a slot that was
   * filled with something else before. Not on the null device, nor on a disk of somebody else's.
   */
  readonly verify: 'numbers' | 'zeros' | 'nothing';
  /** Tell submission and completion apart. */
  readonly split: boolean;
}

/** More samples than any disk gives in a round; the null device stops here. */
const MOST_SAMPLES = 400_000;
/**
 * The warm-up is a rehearsal in several acts: all that happens at an edge has happened before the
 * counted part begins, so the compiler has seen every path and throws no code away while it counts.
 */
const REHEARSALS = 3;
/** What a slot holds before zeros are read into it. */
const SPOILT = 0xdead_beef;
/** A queue must turn over a few times, or reads begun before the counting are all that is counted. */
const LEAST_TURNS = 4;

// Readings kept as array entries, because a double in a field may be boxed anew at each write.
const EDGE_NS = 0;
const BEGIN_NS = 1;
const LAST_NS = 2;

export class RandomRead implements Workload {
  readonly depth: number;
  readonly together: number;
  readonly at_once: boolean;
  readonly slot_bytes: number;
  readonly timed = false;
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
  readonly #clock_ns = new Float64Array(3);
  readonly #latency: SampleRecorder;
  readonly #submit: SampleRecorder;
  readonly #complete: SampleRecorder;
  #inFlight = 0;
  #act = 0;
  #stopping = false;

  constructor(engine: AnyEngine, edges: Edges, plan: RandomReadPlan, now_ns: number) {
    this.#engine = engine;
    this.#edges = edges;
    this.#plan = plan;
    this.depth = plan.depth;
    this.together = plan.together ?? 1;
    this.at_once = !plan.split;
    this.slot_bytes = plan.block_bytes;
    this.#random = createRandom(plan.seed);
    const most = Math.max(plan.samples ?? MOST_SAMPLES, LEAST_TURNS * plan.depth);
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
    this.#clock_ns[EDGE_NS] = now_ns + (plan.warmup_ms * 1e6) / REHEARSALS;
  }

  prepare(slot: number): boolean {
    if (this.#stopping) return false;
    const block = Math.floor(this.#random() * this.#blocks);
    this.#block[slot] = block;
    const { opcode, offset_bytes, length_bytes } = this.#engine.operations;
    opcode[slot] = READ;
    offset_bytes[slot] = block * this.#plan.block_bytes;
    length_bytes[slot] = this.#plan.block_bytes;
    if (this.#plan.verify === 'zeros') this.#spoil(slot);
    this.#inFlight++;
    return true;
  }

  submitted(slot: number, clock_ns: Float64Array): void {
    this.#started_ns[slot] = clock_ns[0]!;
    this.#submitted_ns[slot] = clock_ns[1]!;
  }

  completed(slot: number, index: number): void {
    const { result, time_ns } = this.#engine.completions;
    this.#inFlight--;
    this.#check(slot, result[index]!);
    if (!this.#stopping) {
      const now_ns = time_ns[index]!;
      const started_ns = this.#started_ns[slot]!;
      this.counted++;
      // What was in flight while the accounting was read waited for that, too.
      if (started_ns >= this.#clock_ns[BEGIN_NS]!) {
        this.#latency.append(now_ns - started_ns);
        if (!this.at_once) {
          // A synchronous driver finished inside submit: all of its time was submission.
          const submitted_ns = Math.min(this.#submitted_ns[slot]!, now_ns);
          this.#submit.append(submitted_ns - started_ns);
          this.#complete.append(now_ns - submitted_ns);
        }
      }
      this.#clock_ns[LAST_NS] = now_ns;
      if (now_ns >= this.#clock_ns[EDGE_NS]! || this.#latency.full) this.#edge();
    }
    if (this.#stopping && this.#inFlight === 0) this.done = true;
  }

  /** A read that moves nothing would leave this behind. */
  #spoil(slot: number): void {
    const words = this.#words[slot]!;
    words[0] = SPOILT;
    words[words.length - 1] = SPOILT;
  }

  #check(slot: number, result: number): void {
    const block = this.#block[slot]!;
    const { block_bytes, verify } = this.#plan;
    if (result !== block_bytes) {
      throw new Error(`read of block ${block} returned ${result}, not ${block_bytes}`);
    }
    if (verify === 'nothing') return;
    const words = this.#words[slot]!;
    const expected = verify === 'zeros' ? 0 : block;
    const last = words.length - 1;
    if (words[0] === expected && words[last] === expected) return;
    throw new Error(`read of block ${block} returned block ${words[0]} to ${words[last]}`);
  }

  /** An act is over: the next rehearsal, the counted part, or the end. */
  #edge(): void {
    this.#act++;
    if (this.#act > REHEARSALS) {
      this.#edges.end();
      this.#stopping = true;
      return;
    }
    const { warmup_ms, duration_ms, samples } = this.#plan;
    this.counted = 0;
    this.#latency.clear();
    this.#submit.clear();
    this.#complete.clear();
    const counting = this.#act === REHEARSALS;
    const length_ms = counting ? duration_ms : warmup_ms / REHEARSALS;
    const endless = counting && samples !== undefined;
    const begin_ns = this.#edges.begin();
    this.#clock_ns[BEGIN_NS] = begin_ns;
    this.#clock_ns[EDGE_NS] = endless ? Number.POSITIVE_INFINITY : begin_ns + length_ms * 1e6;
  }

  results(): WorkloadResults {
    const { samples = Number.POSITIVE_INFINITY, depth } = this.#plan;
    const seconds = (this.#clock_ns[LAST_NS]! - this.#clock_ns[BEGIN_NS]!) / 1e9;
    return {
      series: {
        latency_ns: this.#latency.view(),
        ...(this.#plan.split
          ? { submit_ns: this.#submit.view(), complete_ns: this.#complete.view() }
          : {}),
      },
      totals: {
        ops_per_s: this.counted / seconds,
        bytes_per_s: (this.counted * this.#plan.block_bytes) / seconds,
      },
      notes:
        // What was in flight when the counting began is counted beyond `samples` too, and is no news.
        LEAST_TURNS * depth > samples
          ? [`${this.counted} reads counted, not ${samples}: a queue of ${depth} needs more turns`]
          : [],
    };
  }
}
