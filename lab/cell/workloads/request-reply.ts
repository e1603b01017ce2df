// Sends a ping at each planned time and waits for its reply. Latency counts from the planned time;
// the wire's share is computed from the bytes that really went over it, the firmware's share stands
// in the reply, and what remains is the host's.
import {
  cyclesBetween,
  decodeReply,
  encodeCommand,
  FrameParser,
} from '../../../firmware/protocol/codec.ts';
import { READ, WRITE } from '../../drivers/driver.ts';
import { DeviceGone, TimedOut } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { SampleRecorder } from '../../measure/sampleRecorder.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

export const REQUEST_REPLY_SLOT_BYTES = 256;
/** One start bit, eight data bits, one stop bit. */
const BITS_PER_BYTE = 10;
const MOST_STRAY_READS = 1000;

export interface RequestReplyPlan {
  readonly samples: number;
  readonly warmup: number;
  readonly offsets_ns: readonly number[];
  readonly baud: number;
  /** Cycles per second of the board's stamps, from its hello. */
  readonly timer_hz: number;
}

export class RequestReply implements Workload {
  readonly depth = 1;
  readonly slot_bytes = REQUEST_REPLY_SLOT_BYTES;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #platform: Platform;
  readonly #plan: RequestReplyPlan;
  readonly #parser = new FrameParser();
  readonly #latency: SampleRecorder;
  readonly #wire: SampleRecorder;
  readonly #service: SampleRecorder;
  readonly #cycles: SampleRecorder;
  readonly #host: SampleRecorder;
  readonly #late: SampleRecorder;
  readonly #start_ns: number;
  #request: Uint8Array = new Uint8Array(0);
  #writing = true;
  #sequence = 0;
  #intended_ns = 0;
  #late_ns = 0;
  #sent = 0;
  #received = 0;
  #strays = 0;

  constructor(engine: AnyEngine, edges: Edges, platform: Platform, plan: RequestReplyPlan) {
    this.#engine = engine;
    this.#edges = edges;
    this.#platform = platform;
    this.#plan = plan;
    const recorder = () => new SampleRecorder(plan.samples);
    this.#latency = recorder();
    this.#wire = recorder();
    this.#service = recorder();
    this.#cycles = recorder();
    this.#host = recorder();
    this.#late = recorder();
    this.#start_ns = platform.now();
  }

  prepare(slot: number): boolean {
    if (this.done) return false;
    const { opcode, length_bytes } = this.#engine.operations;
    if (this.#writing && this.#sent === this.#request.length) this.#nextRequest();
    opcode[slot] = this.#writing ? WRITE : READ;
    const rest = this.#request.length - this.#sent;
    length_bytes[slot] = this.#writing ? rest : REQUEST_REPLY_SLOT_BYTES;
    if (this.#writing) this.#engine.slot(slot).set(this.#request.subarray(this.#sent));
    return true;
  }

  /** Nothing is in flight here, so the thread may sleep, whatever the driver. */
  #nextRequest(): void {
    if (this.#sequence === this.#plan.warmup) this.#edges.begin();
    this.#intended_ns = this.#start_ns + this.#plan.offsets_ns[this.#sequence]!;
    this.#platform.sleepUntil(this.#intended_ns);
    this.#late_ns = this.#platform.now() - this.#intended_ns;
    this.#request = encodeCommand({ kind: 'ping' }, this.#sequence);
    this.#sent = 0;
    this.#received = 0;
    this.#strays = 0;
  }

  submitted(): void {}

  completed(slot: number, index: number): void {
    const result = this.#engine.completions.result[index]!;
    if (result < 0) throw new DeviceGone(`the line failed: ${this.#platform.errnoName(-result)}`);
    if (this.#writing) {
      this.#sent += result;
      this.#writing = this.#sent < this.#request.length;
      return;
    }
    if (result === 0) throw new DeviceGone('the line was hung up');
    this.#received += result;
    for (const frame of this.#parser.push(this.#engine.slot(slot).subarray(0, result))) {
      const reply = decodeReply(frame);
      if (reply.kind !== 'ping' || frame.sequence !== (this.#sequence & 0xff)) continue;
      this.#replied(
        cyclesBetween(reply.service_cycles, reply.reply_cycles),
        this.#engine.completions.time_ns[index]!,
      );
      return;
    }
    if (++this.#strays > MOST_STRAY_READS) throw new TimedOut('the board sends, but no reply');
  }

  #replied(service_cycles: number, time_ns: number): void {
    if (this.#sequence >= this.#plan.warmup) {
      const bits = (this.#request.length + this.#received) * BITS_PER_BYTE;
      const latency_ns = time_ns - this.#intended_ns;
      const wire_ns = (bits / this.#plan.baud) * 1e9;
      const service_ns = (service_cycles / this.#plan.timer_hz) * 1e9;
      this.#latency.append(latency_ns);
      this.#wire.append(wire_ns);
      this.#service.append(service_ns);
      this.#cycles.append(service_cycles);
      this.#host.append(Math.max(0, latency_ns - wire_ns - service_ns));
      this.#late.append(Math.max(0, this.#late_ns));
      this.counted++;
    }
    this.#sequence++;
    this.#writing = true;
    if (this.#sequence < this.#plan.warmup + this.#plan.samples) return;
    this.#edges.end();
    this.done = true;
  }

  results(): WorkloadResults {
    return {
      series: {
        latency_ns: this.#latency.view(),
        wire_ns: this.#wire.view(),
        service_ns: this.#service.view(),
        service_cycles: this.#cycles.view(),
        host_ns: this.#host.view(),
        start_late_ns: this.#late.view(),
      },
      totals: { bad_frames: this.#parser.bad },
      notes: [],
    };
  }
}
