// One series: a driver with one setting on one device, measured once a round. It gathers what its
// cells report and turns into a record at any moment.
import type { CellResult } from '../cell/protocol.ts';
import type { Setting } from '../experiments/experiment.ts';
import { deriveSeed } from '../measure/random.ts';
import { bootstrapInterval, median } from '../measure/statistics.ts';
import { type RoundQuantiles, RunningSummary } from '../measure/summary.ts';
import type { LabRecord, Metric, RecordStatus, Round, Thread } from '../records/schema.ts';
import { roomForNotes, roomForReason } from './room.ts';

/** Everything of a record that is the same for all series of one device, or of the whole run. */
export type RecordFrame = Pick<
  LabRecord,
  | 'schema'
  | 'run_id'
  | 'experiment'
  | 'device'
  | 'place'
  | 'evidence'
  | 'identity'
  | 'seed'
  | 'command'
  | 'host'
> & {
  readonly commit: string | undefined;
  readonly floor: LabRecord['floor'] | undefined;
  readonly notes: readonly string[];
};

/** Rounds in a row that may fail before a series is given up. */
const MOST_FAILURES = 2;

interface Measured {
  readonly round: Round;
  readonly totals: Readonly<Record<string, number>>;
  readonly threads: readonly Thread[];
}

export class Series {
  readonly id: string;
  readonly driver: string;
  readonly setting: Setting;
  readonly repeat: boolean;
  readonly rounds_planned: number;
  readonly #measured: Measured[] = [];
  readonly #summaries = new Map<string, RunningSummary>();
  readonly #samples: Float64Array[] = [];
  readonly #notes = new Set<string>();
  #started: string | undefined;
  #ended: string | undefined;
  #failures = 0;
  #failure: Error | undefined;
  #refusal: { reason: string; errno?: string; fix: string } | undefined;

  constructor(id: string, driver: string, setting: Setting, repeat: boolean, rounds: number) {
    this.id = id;
    this.driver = driver;
    this.setting = setting;
    this.repeat = repeat;
    this.rounds_planned = rounds;
  }

  /** Nothing more to measure: refused, or failed too often. */
  get over(): boolean {
    return this.#refusal !== undefined || this.#failures >= MOST_FAILURES;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Raw latencies, round by round. */
  get samples(): readonly Float64Array[] {
    return this.#samples;
  }

  refuse(reason: string, fix: string, errno?: string): void {
    this.#refusal = {
      reason: roomForReason(reason),
      fix: roomForReason(fix),
      ...(errno === undefined ? {} : { errno }),
    };
  }

  failed(error: Error): void {
    this.#failures++;
    this.#failure = error;
  }

  /** One round's result; `extra` are totals that the orchestrator knows, `seed` is the run's. */
  add(
    round: number,
    result: CellResult,
    extra: Readonly<Record<string, number>>,
    seed: number,
  ): void {
    this.#failures = 0;
    this.#started ??= result.started;
    this.#ended = result.ended;
    for (const note of result.notes) this.#notes.add(note);
    const values: Record<string, number> = { ...result.totals, ...extra };
    let latency: RoundQuantiles = { n: 0 };
    for (const [name, samples] of samplesOf(result)) {
      if (samples.length === 0) continue;
      const quantiles = this.#summaryOf(name, seed).add(samples);
      values[name] = quantiles.p50!;
      if (name !== 'latency_ns') continue;
      latency = quantiles;
      this.#samples.push(samples);
    }
    const { threads, n } = result;
    this.#measured.push({
      round: { ...latency, round, n, values },
      totals: { ...result.totals, ...extra },
      threads,
    });
  }

  #summaryOf(name: string, seed: number): RunningSummary {
    const known = this.#summaries.get(name);
    if (known) return known;
    const made = new RunningSummary({ ...unitOf(name), seed });
    this.#summaries.set(name, made);
    return made;
  }

  /** The record of what was measured so far. `stopped` says why the run ended early. */
  record(frame: RecordFrame, finished: boolean, stopped?: string): LabRecord {
    const { commit, floor, notes, ...rest } = frame;
    const now = new Date().toISOString();
    const all = roomForNotes([...notes, ...this.#notes]);
    const parameters = { ...this.setting, ...(this.repeat ? { repeat: 1 } : {}) };
    return {
      ...rest,
      id: this.id,
      driver: this.driver,
      parameters,
      started: this.#started ?? now,
      ended: this.#ended ?? now,
      ...(commit === undefined ? {} : { commit }),
      ...(floor === undefined ? {} : { floor }),
      ...this.#outcome(finished, stopped),
      rounds_planned: this.rounds_planned,
      rounds: this.#measured.map(one => one.round),
      metrics: this.#metrics(frame.seed),
      ...(this.#measured.length > 0 ? { threads: typicalThreads(this.#measured) } : {}),
      ...(all.length > 0 ? { notes: all } : {}),
    };
  }

  #outcome(
    finished: boolean,
    stopped?: string,
  ): Pick<LabRecord, 'status'> & Partial<Pick<LabRecord, 'reason' | 'errno' | 'fix'>> {
    if (this.#refusal) return { status: 'unsupported', ...this.#refusal };
    const rounds = this.#measured.length;
    if (finished && rounds === this.rounds_planned) return { status: 'ok' };
    const status: RecordStatus = rounds > 0 ? 'partial' : this.#failure ? 'failed' : 'partial';
    const missing = `${rounds} of ${this.rounds_planned} rounds`;
    const why = this.#failure?.message ?? stopped;
    return { status, reason: roomForReason(why ? `${missing}: ${why}` : missing) };
  }

  #metrics(seed: number): Record<string, Metric> {
    const metrics: Record<string, Metric> = {};
    for (const [name, summary] of this.#summaries) metrics[name] = summary.distribution();
    for (const name of new Set(this.#measured.flatMap(one => Object.keys(one.totals)))) {
      const values = this.#measured.flatMap(one => one.totals[name] ?? []);
      metrics[name] = totalOf(name, values, deriveSeed(seed, this.id, name));
    }
    return metrics;
  }
}

/** All samples of a result. Throws RangeError where one is none, before any of them is kept. */
function samplesOf({ series }: CellResult): [name: string, samples: Float64Array][] {
  return Object.entries(series).map(([name, text]) => {
    const samples = decode(text);
    // Bins begin at nought: what is below it, or no number, is a fault of what was measured.
    if (!samples.every(value => value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name} holds a sample that is negative or no number`);
    }
    return [name, samples];
  });
}

const decode = (text: string): Float64Array => {
  const bytes = Buffer.from(text, 'base64');
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

/** Units by the end of a metric's name (units come last), and whether the clock has a part in it. */
const UNITS: readonly (readonly [RegExp, string, 'time' | 'count'])[] = [
  [/_ns_per_op$/, 'ns/op', 'time'],
  [/_ns$/, 'ns', 'time'],
  [/^ops_per_s$/, 'op/s', 'time'],
  [/^bytes_per_s$/, 'B/s', 'time'],
  [/_per_s$/, '1/s', 'time'],
  [/_per_op$/, '1/op', 'count'],
  [/_per_kB$/, '1/kB', 'count'],
  [/_bytes$/, 'bytes', 'count'],
  [/_cycles$/, 'cycles', 'count'],
  [/_us$/, 'µs', 'count'],
  [/^cpu_share$/, '1', 'time'],
  [/_share$/, '1', 'count'],
];

function unitOf(name: string): { readonly unit: string; readonly kind: 'time' | 'count' } {
  const [, unit, kind] = UNITS.find(([end]) => end.test(name)) ?? [undefined, 'count', 'count'];
  return { unit, kind };
}

function totalOf(name: string, values: readonly number[], seed: number): Metric {
  const interval = values.length > 1 ? bootstrapInterval(values, { seed }) : undefined;
  return { ...unitOf(name), value: median(values), ...(interval ? { interval } : {}) };
}

/** Threads by name, each value the median over the rounds; a name may stand for several threads. */
function typicalThreads(measured: readonly Measured[]): Thread[] {
  const names = [...new Set(measured.flatMap(one => one.threads.map(thread => thread.name)))];
  const sum = (one: Measured, name: string, key: keyof Omit<Thread, 'name'>) =>
    one.threads.reduce((total, thread) => total + (thread.name === name ? thread[key] : 0), 0);
  return names.slice(0, 200).map(name => ({
    name,
    cpu_ns_per_op: median(measured.map(one => sum(one, name, 'cpu_ns_per_op'))),
    voluntary_switches_per_op: median(
      measured.map(one => sum(one, name, 'voluntary_switches_per_op')),
    ),
    involuntary_switches_per_op: median(
      measured.map(one => sum(one, name, 'involuntary_switches_per_op')),
    ),
  }));
}
