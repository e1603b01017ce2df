// Reads stamped messages one at a time and notes how old each stamp is when the program has it.
// Counts what is lost or out of order; stale messages of an earlier round are passed over.

import { EPOCH, INTENDED_NS, SENT_NS, SEQUENCE, STAMP_BYTES } from '../../devices/stamp.ts';
import { READ } from '../../drivers/driver.ts';
import { DeviceGone } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

const LAST_WARMUP = -1;
const REHEARSE_EVERY = 500;

export class StampedRead implements Workload {
  readonly depth = 1;
  readonly slot_bytes = STAMP_BYTES;
  readonly timed = false;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #platform: Platform;
  readonly #samples: number;
  readonly #epoch: number;
  readonly #latency: SampleRecorder;
  readonly #late: SampleRecorder;
  readonly #message = new Float64Array(STAMP_BYTES / 8);
  readonly #bytes = new Uint8Array(this.#message.buffer);
  readonly #slot: Uint8Array;
  #have = 0;
  #next = 0;
  #lost = 0;
  #begun_ns = 0;
  #overlap = false;

  constructor(engine: AnyEngine, edges: Edges, platform: Platform, samples: number, epoch: number) {
    this.#platform = platform;
    this.#engine = engine;
    this.#edges = edges;
    this.#samples = samples;
    this.#epoch = epoch;
    this.#latency = new SampleRecorder(samples);
    this.#late = new SampleRecorder(samples);
    this.#slot = engine.slot(0);
  }

  prepare(slot: number): boolean {
    if (this.done) return false;
    this.#engine.operations.opcode[slot] = READ;
    // A terminal may deliver a message in pieces: ask only for what is missing of this one.
    this.#engine.operations.length_bytes[slot] = STAMP_BYTES - this.#have;
    return true;
  }

  submitted(): void {}

  completed(_slot: number, index: number): void {
    const { completions } = this.#engine;
    const result = completions.result[index]!;
    if (result === 0) throw new DeviceGone(`the stream ended after ${this.counted} messages`);
    if (result < 0) {
      const name = this.#platform.errnoName(-result);
      throw new DeviceGone(`the stream failed after ${this.counted} messages: ${name}`);
    }
    for (let i = 0; i < result; i++) this.#bytes[this.#have + i] = this.#slot[i]!;
    this.#have += result;
    if (this.#have < STAMP_BYTES) return;
    this.#have = 0;
    if (this.#message[EPOCH] === this.#epoch) this.#received(index);
  }

  #received(index: number): void {
    const sequence = this.#message[SEQUENCE]!;
    const sent_ns = this.#message[SENT_NS]!;
    const intended_ns = this.#message[INTENDED_NS]!;
    if (intended_ns < this.#begun_ns) this.#overlap = true;
    // Above 0 also where messages of the warm-up were lost before this reader was there.
    this.#lost += this.counted === 0 ? 0 : sequence - this.#next;
    this.#next = sequence + 1;
    this.#latency.append(this.#engine.completions.time_ns[index]! - sent_ns);
    this.#late.append(sent_ns - intended_ns);
    this.counted++;
    if (sequence < 0) this.#rehearse(sequence);
    else if (sequence + 1 >= this.#samples) {
      this.#edges.end();
      this.done = true;
    }
  }

  /**
   * The warm-up passes every edge that the counted part will pass, so that the compiler has seen
   * them all, and the accounting's files are read before their reading could disturb a sample.
   */
  #rehearse(sequence: number): void {
    if (sequence !== LAST_WARMUP && sequence % REHEARSE_EVERY !== 0) return;
    if (sequence !== LAST_WARMUP) this.#edges.end();
    this.#latency.clear();
    this.#late.clear();
    this.counted = 0;
    this.#lost = 0;
    this.#overlap = false;
    this.#begun_ns = this.#edges.begin();
  }

  results(): WorkloadResults {
    return {
      series: { latency_ns: this.#latency.view(), stimulus_late_ns: this.#late.view() },
      totals: { lost_messages: this.#lost },
      notes: [
        ...(this.#lost ? [`${this.#lost} messages did not arrive`] : []),
        ...(this.#overlap ? ['the accounting ran into the first message of a round'] : []),
      ],
    };
  }
}
