// Sets an output through a layer and waits until the same layer reports the input that a jumper wire
// joins to it: one LED toggle and one button press, end to end. The wire's share is computed from
// the bytes that really went over it; the rest is the host, the layers and the firmware.
import { TimedOut, Unsupported } from '../errors.ts';
import type { Platform } from '../ffi/platform.ts';
import { findLayer } from '../layers/find.ts';
import type { OpenLayer } from '../layers/layer.ts';
import { SampleRecorder } from '../measure/sampleRecorder.ts';
import type { CellJob, ToggleWorkload } from './protocol.ts';
import type { Edges, WorkloadResults } from './workload.ts';

/** One start bit, eight data bits, one stop bit. */
const BITS_PER_BYTE = 10;
/** An answer takes milliseconds; this is a wire that is not there. */
const ANSWER_LIMIT_NS = 2e9;

type Series = 'latency' | 'submit' | 'wire' | 'rest';

export class Toggle {
  counted = 0;
  readonly #layer: OpenLayer;
  readonly #platform: Platform;
  readonly #plan: ToggleWorkload;
  readonly #firmata: NonNullable<CellJob['target']['firmata']>;
  readonly #record: Readonly<Record<Series, SampleRecorder>>;
  #level = false;
  #event_ns = 0;
  #answered = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #bytes = 0;

  constructor(layer: OpenLayer, platform: Platform, job: CellJob, plan: ToggleWorkload) {
    const { firmata, device } = job.target;
    if (!firmata) throw new Unsupported(`${device} does not speak Firmata`, 'use firmware=firmata');
    this.#layer = layer;
    this.#platform = platform;
    this.#plan = plan;
    this.#firmata = firmata;
    const recorder = () => new SampleRecorder(plan.samples);
    this.#record = { latency: recorder(), submit: recorder(), wire: recorder(), rest: recorder() };
    layer.onButton(level => this.#heard(level));
    layer.onError(error => this.#failed(error));
  }

  #heard(level: boolean): void {
    const now_ns = this.#platform.now(); // first, so that it is the layer's time and not ours
    if (level !== this.#level || this.#answered) return;
    this.#event_ns = now_ns;
    this.#answered = true;
    this.#wake?.();
  }

  #failed(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  /** Throws TimedOut where the input does not follow the output, DeviceGone where the line ends. */
  async run(edges: Edges): Promise<void> {
    const { warmup, samples } = this.#plan;
    for (let i = 0; i < warmup + samples; i++) {
      // Half-way through the warm-up the edges of the counted part are rehearsed.
      if (i === warmup >> 1 || i === warmup) this.#begin(edges, i < warmup);
      await this.#once();
    }
    edges.end();
  }

  #begin(edges: Edges, rehearsal: boolean): void {
    for (const each of Object.values(this.#record)) each.clear();
    this.counted = 0;
    this.#bytes = 0;
    edges.begin();
    if (!rehearsal) return;
    edges.end();
    edges.begin();
  }

  async #once(): Promise<void> {
    const { bytes } = this.#layer;
    const { written, read } = bytes;
    this.#level = !this.#level;
    this.#answered = false;
    const start_ns = this.#platform.now();
    this.#layer.set(this.#level);
    const submitted_ns = this.#platform.now();
    const deadline_ns = start_ns + ANSWER_LIMIT_NS;
    if (this.#layer.wait) this.#waitBlocking(deadline_ns);
    else await this.#waitOnLoop();
    if (this.#failure) throw this.#failure;
    if (!this.#answered) this.#noAnswer();
    const { to_board_hz, from_board_hz } = this.#firmata.line;
    const [sent, received] = [bytes.written - written, bytes.read - read];
    const wire_ns = (sent / to_board_hz + received / from_board_hz) * BITS_PER_BYTE * 1e9;
    const latency_ns = this.#event_ns - start_ns;
    this.#record.latency.append(latency_ns);
    this.#record.submit.append(submitted_ns - start_ns);
    this.#record.wire.append(wire_ns);
    this.#record.rest.append(Math.max(0, latency_ns - wire_ns));
    this.#bytes += sent + received;
    this.counted++;
    // The next toggle is a program's next turn, not part of the turn that brought the event.
    if (!this.#layer.wait) await new Promise(resolve => setImmediate(resolve));
  }

  #waitBlocking(deadline_ns: number): void {
    while (!this.#answered && !this.#failure && this.#platform.now() < deadline_ns) {
      this.#layer.wait!(deadline_ns);
    }
  }

  #waitOnLoop(): Promise<void> {
    if (this.#answered || this.#failure) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(() => this.#wake?.(), ANSWER_LIMIT_NS / 1e6);
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #noAnswer(): never {
    const { output_pin, input_pin } = this.#firmata;
    throw new TimedOut(
      `pin ${input_pin} did not follow pin ${output_pin}: ` +
        `is the jumper wire from ${output_pin} to ${input_pin} in place?`,
    );
  }

  results(): WorkloadResults {
    const { latency, submit, wire, rest } = this.#record;
    return {
      series: {
        latency_ns: latency.view(),
        submit_ns: submit.view(),
        wire_ns: wire.view(),
        rest_ns: rest.view(),
      },
      totals: { bytes_per_op: this.#bytes / Math.max(1, this.counted) },
      notes: [],
    };
  }
}

/** Open the job's layer, ready to be toggled. Throws what the layer throws. */
export async function openToggle(
  platform: Platform,
  job: CellJob,
  plan: ToggleWorkload,
): Promise<{ toggle: Toggle; layer: OpenLayer }> {
  const { target, parameters } = job;
  const layer = await (await findLayer(job.driver)).open({ platform, target, parameters });
  try {
    return { toggle: new Toggle(layer, platform, job, plan), layer };
  } catch (error) {
    await layer.close();
    throw error;
  }
}
