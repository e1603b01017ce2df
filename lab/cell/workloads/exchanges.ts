// Exchanges with a device through its registers, one after the other: what one takes, how often the
// device was asked and how often it interrupted. Every answer is compared with the right one.
import { WRITE } from '../../drivers/driver.ts';
import { DeviceGone } from '../../errors.ts';
import { createRandom, type Random } from '../../measure/random.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import { type Exchange, type ExchangeSize, exchangeOf } from '../../registers/exchanges.ts';
import { GONE } from '../../registers/program.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

/** More than any device takes at once. */
export const EXCHANGE_SLOT_BYTES = 64;

export interface ExchangesPlan {
  readonly depth: number;
  /** Who knows the device (lab/registers/exchanges.ts). */
  readonly program: string;
  readonly size: ExchangeSize;
  readonly samples: number;
  /** Not counted; the edge of the counted part is rehearsed in its middle. */
  readonly warmup: number;
  readonly seed: number;
}

// Readings kept as array entries, because a double in a field may be boxed anew at each write.
const BEGIN_NS = 0;
const LAST_NS = 1;

export class Exchanges implements Workload {
  readonly depth: number;
  readonly slot_bytes = EXCHANGE_SLOT_BYTES;
  readonly timed = false;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #plan: ExchangesPlan;
  readonly #exchange: Exchange;
  readonly #random: Random;
  readonly #requests: readonly Uint8Array[];
  readonly #started_ns: Float64Array;
  readonly #clock_ns = new Float64Array(2);
  readonly #latency: SampleRecorder;
  #prepared = 0;
  #completed = 0;
  #before = 0;
  #after = 0;

  constructor(engine: AnyEngine, edges: Edges, plan: ExchangesPlan) {
    this.#engine = engine;
    this.#edges = edges;
    this.#plan = plan;
    this.depth = plan.depth;
    this.#exchange = exchangeOf(plan.program, plan.size);
    this.#random = createRandom(plan.seed);
    this.#requests = Array.from({ length: plan.depth }, () => new Uint8Array(EXCHANGE_SLOT_BYTES));
    this.#started_ns = new Float64Array(plan.depth);
    this.#latency = new SampleRecorder(plan.samples);
  }

  prepare(slot: number): boolean {
    const { samples, warmup } = this.#plan;
    if (this.#prepared === warmup + samples) return false;
    this.#prepared++;
    const { opcode, length_bytes } = this.#engine.operations;
    const request = this.#requests[slot]!;
    const bytes = this.#engine.slot(slot);
    this.#exchange.fill(this.#random, request);
    for (let i = 0; i < this.#exchange.bytes; i++) bytes[i] = request[i]!;
    opcode[slot] = WRITE;
    length_bytes[slot] = this.#exchange.bytes;
    return true;
  }

  submitted(slot: number, clock_ns: Float64Array): void {
    this.#started_ns[slot] = clock_ns[0]!;
  }

  completed(slot: number, index: number): void {
    const { samples, warmup } = this.#plan;
    const { result, time_ns } = this.#engine.completions;
    this.#check(slot, result[index]!);
    this.#completed++;
    this.#clock_ns[LAST_NS] = time_ns[index]!;
    if (this.#completed > warmup) {
      this.counted++;
      this.#latency.append(time_ns[index]! - this.#started_ns[slot]!);
    }
    if (this.#completed === warmup || this.#completed === Math.floor(warmup / 2)) this.#begin();
    if (this.#completed < warmup + samples) return;
    this.#after = this.#interrupts();
    this.#edges.end();
    this.done = true;
  }

  #begin(): void {
    this.#clock_ns[BEGIN_NS] = this.#edges.begin();
    this.#before = this.#interrupts();
  }

  #interrupts(): number {
    const engine = this.#engine;
    return (engine.loop === 'blocking' ? engine.counters.interrupts : undefined) ?? 0;
  }

  #check(slot: number, result: number): void {
    const { program } = this.#plan;
    if (result === GONE) throw new DeviceGone(`${program} was unplugged during an exchange`);
    if (result !== this.#exchange.bytes) {
      throw new Error(`${program} answered with ${result}, not with ${this.#exchange.bytes} bytes`);
    }
    const answer = this.#engine.slot(slot);
    const request = this.#requests[slot]!;
    if (this.#exchange.right(request, answer)) return;
    const words = [request, answer].map(bytes => bytes.subarray(0, result).join(' '));
    throw new Error(`${program} was given ${words[0]} and answered ${words[1]}`);
  }

  results(): WorkloadResults {
    const seconds = (this.#clock_ns[LAST_NS]! - this.#clock_ns[BEGIN_NS]!) / 1e9;
    return {
      series: { latency_ns: this.#latency.view() },
      totals: {
        ops_per_s: this.counted / seconds,
        // As the driver was told of them: the kernel's own count of its line, or of its flag.
        interrupts: this.#after - this.#before,
      },
      notes: [],
    };
  }
}
