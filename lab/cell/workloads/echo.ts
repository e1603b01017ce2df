// Writes a message to a line whose other end sends everything back, and reads until it is whole again.
// Every byte is compared. Besides the round trip it notes how the answer came: in how many pieces, and
// how long one piece waited after the other, which shows a bridge that holds bytes back.
import { READ, WRITE } from '../../drivers/driver.ts';
import { DeviceGone } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { createRandom, type Random } from '../../measure/random.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

export const ECHO_SLOT_BYTES = 4096;
/** More pieces than this per message are counted and not timed. */
const MOST_GAPS_PER_MESSAGE = 64;
/** Between the accounting and the first counted message. */
const SETTLE_NS = 5e6;

export interface EchoPlan {
  readonly samples: number;
  /** Messages first, each as soon as the one before is back, and not counted. */
  readonly warmup: number;
  readonly message_bytes: number;
  /** Intended start of every counted message, in nanoseconds from the first. */
  readonly offsets_ns: readonly number[];
  readonly seed: number;
}

export class Echo implements Workload {
  readonly depth = 1;
  readonly slot_bytes = ECHO_SLOT_BYTES;
  readonly timed = true;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #platform: Platform;
  readonly #plan: EchoPlan;
  readonly #random: Random;
  readonly #message: Uint8Array;
  readonly #latency: SampleRecorder;
  readonly #gap: SampleRecorder;
  readonly #late: SampleRecorder;
  #start_ns = 0;
  #intended_ns = 0;
  #late_ns = 0;
  #messages = 0;
  #sent: number;
  #received: number;
  #pieces = 0;
  #last_ns = 0;

  constructor(engine: AnyEngine, edges: Edges, platform: Platform, plan: EchoPlan) {
    this.#engine = engine;
    this.#edges = edges;
    this.#platform = platform;
    this.#plan = plan;
    this.#random = createRandom(plan.seed);
    this.#message = new Uint8Array(plan.message_bytes);
    this.#sent = plan.message_bytes;
    this.#received = plan.message_bytes;
    this.#latency = new SampleRecorder(plan.samples);
    this.#gap = new SampleRecorder(plan.samples * MOST_GAPS_PER_MESSAGE);
    this.#late = new SampleRecorder(plan.samples);
  }

  prepare(slot: number): boolean {
    if (this.done) return false;
    const { message_bytes } = this.#plan;
    const { opcode, length_bytes } = this.#engine.operations;
    if (this.#received === message_bytes) this.#next();
    const writing = this.#sent < message_bytes;
    opcode[slot] = writing ? WRITE : READ;
    const length = writing ? message_bytes - this.#sent : message_bytes - this.#received;
    length_bytes[slot] = length;
    if (writing) this.#engine.slot(slot).set(this.#message.subarray(this.#sent));
    return true;
  }

  /** Nothing is in flight here, so the thread may sleep, whatever the driver. */
  #next(): void {
    const { warmup, offsets_ns } = this.#plan;
    const number = this.#messages - warmup;
    if (number === 0 || this.#messages === Math.floor(warmup / 2)) this.#begin();
    for (let i = 0; i < this.#message.length; i++) this.#message[i] = this.#random() * 256;
    this.#sent = 0;
    this.#received = 0;
    this.#last_ns = 0;
    const now_ns = this.#platform.now();
    this.#intended_ns = number < 0 ? now_ns : this.#start_ns + offsets_ns[number]!;
    if (number >= 0) this.#platform.sleepUntil(this.#intended_ns);
    this.#late_ns = this.#platform.now() - this.#intended_ns;
  }

  /** The counting begins; half-way through the warm-up that is rehearsed. */
  #begin(): void {
    for (const each of [this.#latency, this.#gap, this.#late]) each.clear();
    this.counted = 0;
    this.#pieces = 0;
    if (this.#messages < this.#plan.warmup) this.#edges.end();
    this.#start_ns = this.#edges.begin() + SETTLE_NS;
  }

  submitted(): void {}

  completed(slot: number, index: number): void {
    const { completions, operations } = this.#engine;
    const result = completions.result[index]!;
    if (result < 0) throw new DeviceGone(`the line failed: ${this.#platform.errnoName(-result)}`);
    if (operations.opcode[slot] === WRITE) {
      this.#sent += result;
      return;
    }
    if (result === 0) throw new DeviceGone('the line was hung up');
    this.#compare(this.#engine.slot(slot), result);
    const time_ns = completions.time_ns[index]!;
    this.#pieces++;
    if (this.#last_ns > 0) this.#gap.append(time_ns - this.#last_ns);
    this.#last_ns = time_ns;
    this.#received += result;
    if (this.#received === this.#plan.message_bytes) this.#whole(time_ns);
  }

  #compare(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length; i++) {
      if (bytes[i] === this.#message[this.#received + i]) continue;
      throw new Error(
        `byte ${this.#received + i} of message ${this.#messages} came back as ${bytes[i]}, not ${this.#message[this.#received + i]}`,
      );
    }
  }

  #whole(time_ns: number): void {
    this.#latency.append(time_ns - this.#intended_ns);
    this.#late.append(this.#late_ns);
    this.counted++;
    this.#messages++;
    if (this.#messages < this.#plan.warmup + this.#plan.samples) return;
    this.#edges.end();
    this.done = true;
  }

  results(): WorkloadResults {
    return {
      series: {
        latency_ns: this.#latency.view(),
        gap_ns: this.#gap.view(),
        start_late_ns: this.#late.view(),
      },
      totals: { pieces_per_op: this.counted === 0 ? 0 : this.#pieces / this.counted },
      notes: [],
    };
  }
}
