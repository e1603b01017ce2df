// Reads an input device and notes how old each event is when the program has it: by the kernel's stamp,
// and by its own where the lab is the device. Only times and counts leave this file; which key or button
// it was is never asked (lab/input).
import { readFileSync } from 'node:fs';
import { EPOCH, SENT_NS, SEQUENCE } from '../../devices/stamp.ts';
import { type InputTarget, READ, type Target } from '../../drivers/driver.ts';
import { DeviceGone } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { EventReader, type InputFrame } from '../../input/evdev.ts';
import { descriptorPath } from '../../input/nodes.ts';
import { parseReportDescriptor } from '../../input/report-descriptor.ts';
import { ReportReader } from '../../input/reports.ts';
import {
  isOf,
  MESSAGE_BYTES,
  REPORT_BYTES,
  SEQUENCES,
  sequenceOf,
  sinceSent,
} from '../../input/stamped.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import { STAMPS } from '../protocol-names.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

/** A whole number of events and more than a report of any HID device that the lab reads. */
export const INPUT_SLOT_BYTES = 24 * 64;
const LAST_WARMUP = -1;
/** A device of which nothing makes sense is given up: no event would ever be counted. */
const MOST_WRONG = 1000;

export interface InputReadPlan {
  /** Counted events. */
  readonly samples: number;
  /** Events that come first and are not counted. */
  readonly warmup: number;
  readonly epoch: number;
}

export class InputRead implements Workload {
  readonly depth = 1;
  readonly slot_bytes = INPUT_SLOT_BYTES;
  readonly timed = false;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #platform: Platform;
  readonly #plan: InputReadPlan;
  readonly #input: InputTarget;
  readonly #events: EventReader;
  readonly #reports: ReportReader | undefined;
  readonly #latency: SampleRecorder;
  readonly #device: SampleRecorder;
  readonly #gap: SampleRecorder;
  readonly #stamp: SampleRecorder;
  // One report of the lab's own device, put together from whatever pieces a driver hands over.
  readonly #report = new Uint8Array(REPORT_BYTES);
  readonly #message = new Float64Array(this.#report.buffer, 0, MESSAGE_BYTES / 8);
  #have = 0;
  #index = 0;
  #seen = 0;
  #next = 0;
  #lost = 0;
  #repeats = 0;
  #events_in_all = 0;
  #last_ns = 0;
  #future = 0;
  #rehearsed = false;
  #begun = false;
  /** What went wrong in the warm-up is none of the counted part's. */
  #wrong_before = 0;
  #dropped_before = 0;

  constructor(
    engine: AnyEngine,
    edges: Edges,
    platform: Platform,
    target: Target,
    plan: InputReadPlan,
  ) {
    this.#engine = engine;
    this.#edges = edges;
    this.#platform = platform;
    this.#plan = plan;
    this.#input = target.input!;
    this.#latency = new SampleRecorder(plan.samples);
    this.#device = new SampleRecorder(plan.samples);
    this.#gap = new SampleRecorder(plan.samples);
    this.#stamp = new SampleRecorder(plan.samples);
    this.#events = new EventReader({ onFrame: frame => this.#frame(frame) });
    const { node, stamped } = this.#input;
    this.#reports = node === 'hidraw' && !stamped ? reportReader(target.path) : undefined;
  }

  prepare(slot: number): boolean {
    if (this.done) return false;
    this.#engine.operations.opcode[slot] = READ;
    this.#engine.operations.length_bytes[slot] = INPUT_SLOT_BYTES;
    return true;
  }

  submitted(): void {}

  completed(slot: number, index: number): void {
    const result = this.#engine.completions.result[index]!;
    if (result <= 0) {
      const why = result === 0 ? 'no more came' : this.#platform.errnoName(-result);
      throw new DeviceGone(`the device went away after ${this.counted} events: ${why}`);
    }
    if (this.#wrong() > MOST_WRONG) {
      throw new Error(`${MOST_WRONG} frames made no sense: this is no input device that is known`);
    }
    this.#index = index;
    const bytes = this.#engine.slot(slot);
    if (this.#input.node === 'evdev') this.#events.push(bytes, result);
    else if (this.#input.stamped) this.#pieces(bytes, result);
    else if (this.#reports!.push(bytes.subarray(0, result))) this.#happened(this.#unnumbered(), 1);
  }

  /** Of a device that numbers nothing, the events are numbered as they come. */
  #unnumbered(): number {
    return this.#seen++ - this.#plan.warmup;
  }

  #frame(frame: InputFrame): void {
    const { stamped } = this.#input;
    // Of another stimulus, or of nobody's: a reader that was killed has left the device in the middle.
    if (stamped && !isOf(frame.axes, this.#plan.epoch)) return;
    const sequence = stamped ? sequenceOf(frame.axes) : this.#unnumbered();
    const stamp_ns = frame.stamp_ns[0]!;
    const age_ns = this.#engine.completions.time_ns[this.#index]! - stamp_ns;
    if (this.done) return;
    this.#arrives(sequence);
    if (age_ns < 0) this.#future++;
    else this.#latency.append(age_ns);
    if (stamped) this.#device.append(sinceSent(frame.axes, stamp_ns));
    else this.#stamp.append(stamp_ns);
    if (this.#last_ns > 0) this.#gap.append(Math.max(0, stamp_ns - this.#last_ns));
    this.#last_ns = stamp_ns;
    this.#repeats += frame.repeats > 0 ? 1 : 0;
    this.#happened(sequence, frame.events);
  }

  #pieces(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length; i++) {
      this.#report[this.#have++] = bytes[i]!;
      if (this.#have < REPORT_BYTES) continue;
      this.#have = 0;
      if (this.#message[EPOCH] !== this.#plan.epoch || this.done) continue;
      const time_ns = this.#engine.completions.time_ns[this.#index]!;
      this.#arrives(this.#message[SEQUENCE]!);
      this.#latency.append(time_ns - this.#message[SENT_NS]!);
      this.#gapAt(time_ns);
      this.#happened(this.#message[SEQUENCE]!, 1);
    }
  }

  #gapAt(time_ns: number): void {
    if (this.#last_ns > 0) this.#gap.append(time_ns - this.#last_ns);
    this.#last_ns = time_ns;
  }

  /** Before its times are kept: the first counted event begins the counting, if the last warm-up is lost. */
  #arrives(sequence: number): void {
    if (sequence >= 0 && !this.#begun) this.#begin();
  }

  #happened(sequence: number, events: number): void {
    if (this.#reports !== undefined) {
      this.#arrives(sequence);
      this.#gapAt(this.#engine.completions.time_ns[this.#index]!);
    }
    this.#events_in_all += events;
    this.counted++;
    if (sequence < 0) {
      this.#rehearse(sequence);
      return;
    }
    // A device tells numbers modulo SEQUENCES only: where we are is what came and what did not.
    const number = sequence % SEQUENCES;
    this.#lost += (number - this.#next + SEQUENCES) % SEQUENCES;
    this.#next = (number + 1) % SEQUENCES;
    if (this.counted + this.#lost < this.#plan.samples) return;
    this.#edges.end();
    this.done = true;
  }

  /** The first event of the warm-up passes both edges of the counted part; the last begins it. */
  #rehearse(sequence: number): void {
    if (sequence === LAST_WARMUP) this.#begin();
    else if (!this.#rehearsed) {
      this.#edges.begin();
      this.#edges.end();
    }
    this.#rehearsed = true;
  }

  #begin(): void {
    this.#begun = true;
    for (const each of [this.#latency, this.#device, this.#gap, this.#stamp]) each.clear();
    this.counted = 0;
    this.#next = 0;
    this.#lost = 0;
    this.#repeats = 0;
    this.#events_in_all = 0;
    this.#last_ns = 0;
    this.#wrong_before = this.#wrong();
    this.#dropped_before = this.#events.counts.dropped;
    this.#edges.begin();
  }

  #wrong(): number {
    return this.#events.counts.wrong + (this.#reports?.counts.wrong ?? 0);
  }

  results(): WorkloadResults {
    const dropped = this.#events.counts.dropped - this.#dropped_before;
    const wrong = this.#wrong() - this.#wrong_before;
    return {
      series: {
        latency_ns: this.#latency.view(),
        to_kernel_ns: this.#device.view(),
        gap_ns: this.#gap.view(),
        // For who knows when each was sent (lab/run/sent.ts); no record keeps it.
        [STAMPS]: this.#stamp.view(),
      },
      totals: {
        lost_messages: this.#lost,
        wrong_frames: wrong,
        repeats: this.#repeats,
        dropped,
        events_per_op: this.counted === 0 ? 0 : this.#events_in_all / this.counted,
      },
      notes: [
        ...(this.#lost > 0 ? [`${this.#lost} events did not arrive`] : []),
        ...(wrong > 0 ? [`${wrong} frames made no sense and were left out`] : []),
        ...(dropped > 0
          ? [`the kernel threw events away, ${dropped} × in all: the reader was slow`]
          : []),
        ...(this.#repeats > 0 ? [`${this.#repeats} events are the kernel’s own repetitions`] : []),
        ...(this.#future > 0 ? [`${this.#future} stamps lie in the future and were left out`] : []),
      ],
    };
  }
}

function reportReader(path: string): ReportReader {
  const name = path.split('/').at(-1)!;
  const parsed = parseReportDescriptor(readFileSync(descriptorPath(name)));
  if (parsed.ok) return new ReportReader(parsed.descriptor);
  throw new DeviceGone(
    `${name} describes its reports in a way that makes no sense: ${parsed.reason} (byte ${parsed.at})`,
  );
}
