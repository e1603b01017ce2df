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
import type { Dialogue } from '../dialogues/dialogue.ts';
import { clearFirmwareCosts, knownCosts, readFirmwareCosts } from '../dialogues/firmware-costs.ts';
import type { AnyEngine, Edges, Workload, WorkloadResults } from '../workload.ts';

export const REQUEST_REPLY_SLOT_BYTES = 256;
/** One start bit, eight data bits, one stop bit. */
const BITS_PER_BYTE = 10;
const MOST_STRAY_READS = 1000;

export interface RequestReplyPlan {
  readonly samples: number;
  /** Requests sent first, each as soon as the one before is answered, and not counted. */
  readonly warmup: number;
  /** Intended start of every counted request, in nanoseconds from the first. */
  readonly offsets_ns: readonly number[];
  /** Bits per second towards the board and back: the two ends have clocks of their own. */
  readonly line: { readonly to_board_hz: number; readonly from_board_hz: number };
  /** Cycles per second of the board's stamps, from its hello. */
  readonly timer_hz: number;
  /** Number of the first request, so that a late reply to another cell is not taken for ours. */
  readonly first_sequence: number;
}

/** Between the accounting and the first counted request. */
const SETTLE_NS = 5e6;
const NOTHING = new Uint8Array(0);

export class RequestReply implements Workload {
  readonly depth = 1;
  readonly slot_bytes = REQUEST_REPLY_SLOT_BYTES;
  readonly timed = true;
  done = false;
  counted = 0;
  readonly #engine: AnyEngine;
  readonly #edges: Edges;
  readonly #platform: Platform;
  readonly #plan: RequestReplyPlan;
  readonly #parser = new FrameParser();
  readonly #record: Readonly<
    Record<'latency' | 'wire' | 'service' | 'cycles' | 'host' | 'late', SampleRecorder>
  >;
  #start_ns = 0;
  #request: Uint8Array = new Uint8Array(0);
  #writing = true;
  #requests = 0;
  #faster = 0;
  #intended_ns = 0;
  #late_ns = 0;
  #sent = 0;
  #received = 0;
  #strays = 0;
  /** A conversation at an edge of the counted part: the board's counters, cleared and read. */
  #aside: Dialogue | undefined;
  #cleared = false;
  #firmware: Readonly<Record<string, number>> = {};

  constructor(engine: AnyEngine, edges: Edges, platform: Platform, plan: RequestReplyPlan) {
    this.#engine = engine;
    this.#edges = edges;
    this.#platform = platform;
    this.#plan = plan;
    const recorder = () => new SampleRecorder(plan.samples);
    this.#record = {
      latency: recorder(),
      wire: recorder(),
      service: recorder(),
      cycles: recorder(),
      host: recorder(),
      late: recorder(),
    };
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
    const { warmup, offsets_ns } = this.#plan;
    const counted = this.#requests - warmup;
    if (counted === 0 && !this.#cleared) {
      this.#cleared = true;
      this.#beginAside(clearFirmwareCosts());
      return;
    }
    if (counted === 0 || this.#requests === Math.floor(warmup / 2)) this.#begin();
    const now_ns = this.#platform.now();
    this.#intended_ns = counted < 0 ? now_ns : this.#start_ns + offsets_ns[counted]!;
    if (counted >= 0) this.#platform.sleepUntil(this.#intended_ns);
    this.#late_ns = this.#platform.now() - this.#intended_ns;
    this.#request = encodeCommand({ kind: 'ping' }, this.#sequence());
    this.#sent = 0;
    this.#received = 0;
    this.#strays = 0;
  }

  /** The counting begins; half-way through the warm-up that is rehearsed. */
  #begin(): void {
    const { latency, wire, service, cycles, host, late } = this.#record;
    for (const each of [latency, wire, service, cycles, host, late]) each.clear();
    this.counted = 0;
    this.#faster = 0;
    if (this.#requests < this.#plan.warmup) this.#edges.end();
    this.#start_ns = this.#edges.begin() + SETTLE_NS;
  }

  #beginAside(dialogue: Dialogue): void {
    this.#aside = dialogue;
    this.#goOnAside(dialogue.next(NOTHING));
  }

  #goOnAside(said: ReturnType<Dialogue['next']>): void {
    if (said === 'wait') return;
    this.#request = said ?? NOTHING;
    this.#sent = 0;
    this.#writing = true;
    this.#strays = 0;
    if (said !== undefined) return;
    this.#firmware = { ...this.#firmware, ...this.#aside?.results.totals };
    this.#aside = undefined;
    this.done = this.#requests >= this.#plan.warmup + this.#plan.samples;
  }

  #sequence(): number {
    return (this.#plan.first_sequence + this.#requests) & 0xff;
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
    if (this.#aside) {
      this.#goOnAside(this.#aside.next(this.#engine.slot(slot).slice(0, result)));
      if (++this.#strays > MOST_STRAY_READS) throw new TimedOut('the board sends, but no counters');
      return;
    }
    this.#received += result;
    for (const frame of this.#parser.push(this.#engine.slot(slot).subarray(0, result))) {
      const reply = decodeReply(frame);
      if (reply.kind !== 'ping' || frame.sequence !== this.#sequence()) continue;
      this.#replied(
        cyclesBetween(reply.service_cycles, reply.reply_cycles),
        this.#engine.completions.time_ns[index]!,
      );
      return;
    }
    if (++this.#strays > MOST_STRAY_READS) throw new TimedOut('the board sends, but no reply');
  }

  #replied(service_cycles: number, time_ns: number): void {
    const { to_board_hz, from_board_hz } = this.#plan.line;
    const { latency, wire, service, cycles, host, late } = this.#record;
    const wire_s = this.#request.length / to_board_hz + this.#received / from_board_hz;
    const wire_ns = wire_s * BITS_PER_BYTE * 1e9;
    const service_ns = (service_cycles / this.#plan.timer_hz) * 1e9;
    const latency_ns = time_ns - this.#intended_ns;
    // The lab's own late start is told apart, so that what is left is the host's part alone.
    const host_ns = latency_ns - this.#late_ns - wire_ns - service_ns;
    if (host_ns < 0) this.#faster++;
    latency.append(latency_ns);
    wire.append(wire_ns);
    service.append(service_ns);
    cycles.append(service_cycles);
    host.append(Math.max(0, host_ns));
    late.append(this.#late_ns);
    this.counted++;
    this.#requests++;
    this.#writing = true;
    if (this.#requests < this.#plan.warmup + this.#plan.samples) return;
    this.#edges.end();
    this.#beginAside(readFirmwareCosts());
  }

  #costs(): Readonly<Record<string, number>> {
    const { offsets_ns, timer_hz } = this.#plan;
    return knownCosts(this.#firmware, ((offsets_ns.at(-1) ?? 0) / 1e9) * timer_hz);
  }

  results(): WorkloadResults {
    const { latency, wire, service, cycles, host, late } = this.#record;
    const faster = this.#faster;
    return {
      series: {
        latency_ns: latency.view(),
        wire_ns: wire.view(),
        service_ns: service.view(),
        service_cycles: cycles.view(),
        host_ns: host.view(),
        start_late_ns: late.view(),
      },
      totals: { bad_frames: this.#parser.bad, faster_than_wire: faster, ...this.#costs() },
      notes: faster > 0 ? [`${faster} replies came sooner than the wire can carry them`] : [],
    };
  }
}
