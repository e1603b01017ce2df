// Chunks of bytes through four steps, each chunk checked at the end: how many bytes a second, how long
// one chunk is on its way, and what all processes spend on it together.
import { Unsupported } from '../../../errors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Graph, type GraphPlan } from './graph.ts';
import { checkChunk, source } from './work.ts';

/** Something that chunks go through. */
export interface Flow {
  readonly outgoing: Uint8Array;
  readonly incoming: Uint8Array;
  pass(chunks: number, fill: (chunk: number) => void, take: (chunk: number) => void): void;
  /** Processor time of the other processes so far, in nanoseconds. */
  processCpu(): number;
  close(): void;
}

export interface FlowOptions {
  readonly chunk_bytes: number;
  readonly passes: number;
}

export type FlowMaker = (context: StageContext, options: FlowOptions) => Flow;

const LARGEST_CHUNK_BYTES = 65_536;
/** Bytes that are worked on once in a measurement; more passes, fewer chunks. */
const WORK_BYTES = 48 * 2 ** 20;
const LEAST_CHUNKS = 64;
const MOST_CHUNKS = 10_000;
const WARMUP_SHARE = 4;

export function measureFlow(context: StageContext, make: FlowMaker): StageResult {
  const { platform, parameters } = context;
  const chunk_bytes = whole(parameters, 'chunk_bytes');
  const passes = whole(parameters, 'passes');
  if (chunk_bytes < 1 || chunk_bytes > LARGEST_CHUNK_BYTES || passes < 1) {
    const fix = `give chunk_bytes=1 to ${LARGEST_CHUNK_BYTES} and passes=1 or more`;
    throw new Unsupported(`chunk_bytes=${chunk_bytes} and passes=${passes}`, fix);
  }
  const wanted = Math.floor(WORK_BYTES / (chunk_bytes * passes));
  const chunks = Math.min(MOST_CHUNKS, Math.max(LEAST_CHUNKS, wanted));
  const flow = make(context, { chunk_bytes, passes });
  try {
    const entered_ns = new Float64Array(chunks);
    const latency_ns = new Float64Array(chunks);
    const pattern = Uint8Array.from({ length: chunk_bytes + 256 }, (_, i) => source(0, i));
    const fill = (chunk: number) => {
      const from = source(chunk, 0);
      flow.outgoing.set(pattern.subarray(from, from + chunk_bytes));
      platform.stamp(entered_ns, chunk);
    };
    const take = (chunk: number) => {
      platform.stamp(latency_ns, chunk);
      latency_ns[chunk] = latency_ns[chunk]! - entered_ns[chunk]!;
      checkChunk(flow.incoming, chunk, passes);
    };
    flow.pass(Math.ceil(chunks / WARMUP_SHARE), fill, take);
    const cpu_ns = platform.processCpu() + flow.processCpu();
    const start_ns = platform.now();
    flow.pass(chunks, fill, take);
    const elapsed_ns = platform.now() - start_ns;
    const spent_ns = platform.processCpu() + flow.processCpu() - cpu_ns;
    return {
      n: chunks,
      series: { latency_ns },
      totals: {
        bytes_per_s: (chunks * chunk_bytes) / (elapsed_ns / 1e9),
        ops_per_s: chunks / (elapsed_ns / 1e9),
        cpu_ns_per_op: spent_ns / chunks,
        cpu_share: spent_ns / elapsed_ns,
      },
    };
  } finally {
    flow.close();
  }
}

/** The same through processes. */
export const measureGraph = (
  context: StageContext,
  plan: (options: FlowOptions) => GraphPlan,
): StageResult =>
  measureFlow(
    context,
    ({ platform }, options) => new Graph(platform, plan(options), options.chunk_bytes),
  );
