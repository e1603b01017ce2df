// One set of questions to every form: what does a flow cost that waits for a message, how long is a message
// on its way to the next flow, how many are taken while nobody receives, and what becomes of two who wait for
// each other and of one who crashes? Every message is checked by who gets it (message.ts).
import { readdirSync } from 'node:fs';
import { TimedOut, Unsupported } from '../../../errors.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { readThreads, type ThreadReading, threadTotals } from '../../../measure/accounting.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { check } from './message.ts';

/** A wait that must come to an end on any machine. */
export const LIMIT_MS = 20_000;
/** How long each of two waits for the other before it gives up. */
export const PATIENCE_MS = 100;
/** Where a message will come, patience costs nothing. */
export const patienceFor = (speaks: boolean): number => (speaks ? LIMIT_MS : PATIENCE_MS);
/** So many messages to one flow, one behind the other. */
export const STREAM = 20_000;
/** Sent to a flow that receives nothing. */
export const FLOOD = 10_000;

/** A way to pass messages between flows of control. */
export interface Form {
  /** Make the next flow of the ring; it waits for its first message when this is over. */
  make(): void | Promise<void>;
  /** Close the ring, whose flow `i` adds one to the number of a message and passes it on. */
  join?(): void;
  /** Bytes that all flows hold, and this process with them. */
  memory(): number;
  /** Threads of the system, in all processes of this form. */
  threads(): number;
  /** Other processes that carry flows: what they use belongs to the cost. */
  pids?(): readonly number[];
  /** Send a message with this number into the ring, and wait for what comes out. */
  pass(number: number): unknown;
  /** Ready to send messages 0 … count − 1 to one flow, until it has told that all came in order. */
  stream(count: number): Sending | Promise<Sending>;
  /** The same to a flow that does not receive: how many were taken before the sender had to wait. */
  flood(count: number): number | Promise<number>;
  /** Two flows that wait for each other's message: how many gave up. With `speaks` one sends first. */
  pair(speaks: boolean): number | Promise<number>;
  /** A flow gets what is no message and crashes: what who watches it was told, if anything. */
  crash(): string | undefined | Promise<string | undefined>;
  /** Ends all that was made. Idempotent. */
  close(): void | Promise<void>;
}

export type Sending = () => unknown;

/** Hops of one measurement; a ring is passed at least so many times. */
export interface Effort {
  readonly hops: number;
}

const LEAST_LAPS = 4;
export const WARMUP_SHARE = 4;

export const lapsFor = (hops: number, count: number): number =>
  Math.max(LEAST_LAPS, Math.ceil(hops / (count + 1)));

export async function measureForm(
  context: StageContext,
  open: (context: StageContext, count: number) => Form,
  { hops }: Effort,
): Promise<StageResult> {
  const { platform, parameters } = context;
  const count = whole(parameters, 'count');
  const rehearsal = open(context, 1);
  try {
    await rehearsal.make();
    rehearsal.join?.();
    const usage = new Usage(platform, []);
    for (let i = 0; i < 20; i++) check(await rehearsal.pass(2 * i), 2 * i + 1);
    usage.each(20);
    await (await rehearsal.stream(STREAM / WARMUP_SHARE))();
    rehearsal.memory();
  } finally {
    await rehearsal.close();
  }
  globalThis.gc?.();
  const form = open(context, count);
  try {
    const before = { bytes: form.memory(), threads: form.threads() };
    const start_ns = platform.now();
    for (let i = 0; i < count; i++) {
      const made = form.make();
      if (made) await made;
    }
    form.join?.();
    const create_ns = platform.now() - start_ns;
    const threads = form.threads();
    globalThis.gc?.();
    const memory_bytes = Math.max(0, form.memory() - before.bytes);
    const { hop_ns, n, used } = await laps(context, form, count, hops);
    const send = await form.stream(STREAM);
    const start_stream_ns = platform.now();
    await send();
    const stream_ns = platform.now() - start_stream_ns;
    const taken_unread = await form.flood(FLOOD);
    const told = await form.crash();
    return resultOf({
      count,
      n,
      hop_ns,
      ...used,
      create_ns,
      memory_bytes,
      threads,
      threads_made: threads - before.threads,
      ops_per_s: STREAM / (stream_ns / 1e9),
      taken_unread,
      gave_up: await form.pair(false),
      gave_up_cured: await form.pair(true),
      told,
    });
  } finally {
    await form.close();
  }
}

export interface Answers {
  readonly count: number;
  /** Hops, and the time of one in each lap. */
  readonly n: number;
  readonly hop_ns: Float64Array;
  /** All threads of all processes together. */
  readonly cpu_ns_per_op: number;
  readonly switches_per_op: number;
  readonly create_ns: number;
  /** Undefined where it cannot be told apart. */
  readonly memory_bytes: number | undefined;
  readonly threads: number;
  readonly threads_made: number;
  readonly ops_per_s: number;
  readonly taken_unread: number;
  readonly gave_up: number;
  readonly gave_up_cured: number;
  /** What was told of the crash; undefined where nothing was. */
  readonly told: string | undefined;
}

export function resultOf(answers: Answers): StageResult {
  const { n, hop_ns, told, count, memory_bytes, ...totals } = answers;
  const { create_ns, taken_unread } = totals;
  const memory =
    memory_bytes === undefined ? {} : { memory_bytes, bytes_per_op: memory_bytes / count };
  return {
    n,
    series: { hop_ns },
    totals: {
      ...totals,
      ...memory,
      create_ns_per_op: create_ns / count,
      crashes_told: told === undefined ? 0 : 1,
    },
    notes: [
      `of ${FLOOD} messages to a flow that did not receive ${taken_unread} were taken at once`,
      told === undefined ? 'a crash was told to nobody' : `a crash was told: ${told}`,
    ],
  };
}

/** What this process and others have used since it was made (proc_pid_schedstat(5), proc_pid_status(5)). */
export class Usage {
  readonly #platform: Platform | undefined;
  readonly #pids: readonly number[];
  readonly #before: readonly (readonly ThreadReading[])[];
  readonly #cpu_ns: number;

  /** Without a platform this process is not one of those that carry flows. */
  constructor(platform: Platform | undefined, pids: readonly number[]) {
    this.#platform = platform;
    this.#pids = pids;
    this.#before = this.#read();
    this.#cpu_ns = platform?.processCpu() ?? 0;
  }

  #read(): ThreadReading[][] {
    return [this.#platform ? readThreads() : [], ...this.#pids.map(pid => readThreads(pid))];
  }

  each(operations: number): { cpu_ns_per_op: number; switches_per_op: number } {
    const own_ns = (this.#platform?.processCpu() ?? 0) - this.#cpu_ns;
    const used = this.#read().map((after, i) => threadTotals(this.#before[i]!, after));
    const others_ns = used.slice(1).reduce((sum, { cpu_ns }) => sum + cpu_ns, 0);
    const switches = used.reduce(
      (sum, one) => sum + one.voluntary_switches + one.involuntary_switches,
      0,
    );
    return {
      cpu_ns_per_op: (own_ns + others_ns) / operations,
      switches_per_op: switches / operations,
    };
  }
}

/** The time of a hop, lap by lap; a message has another number at each flow. */
async function laps(context: StageContext, form: Form, count: number, hops: number) {
  const { platform } = context;
  const times = lapsFor(hops, count);
  const warmup = Math.ceil(times / WARMUP_SHARE);
  const hop_ns = new Float64Array(times);
  let number = 0;
  const lap = async () => {
    check(await form.pass(number), number + count);
    number += count + 1;
  };
  for (let i = 0; i < warmup; i++) await lap();
  const usage = new Usage(platform, form.pids?.() ?? []);
  for (let i = 0; i < times; i++) {
    const start_ns = platform.now();
    await lap();
    hop_ns[i] = (platform.now() - start_ns) / (count + 1);
  }
  const n = times * (count + 1);
  return { hop_ns, n, used: usage.each(n) };
}

/** Threads that the kernel counts in a process (proc_pid_task(5)). */
export function threadsOf(pid: number | 'self'): number {
  if (process.platform === 'linux') return readdirSync(`/proc/${pid}/task`).length;
  throw new Unsupported('its threads are counted in /proc', 'run it on Linux');
}

/** The same promise, given up after the limit. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const error = new TimedOut(`${what} did not come in ${LIMIT_MS / 1000} s`);
  const timer = setTimeout(() => reject(error), LIMIT_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
