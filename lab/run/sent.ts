// Joins two ends of a way: when another machine sent each event, and when the kernel here stamped it. The
// device knows the one and the cell the other; neither hears of the other's, so the orchestrator does it.
import type { CellResult } from '../cell/protocol.ts';
import { STAMPS } from '../cell/protocol-names.ts';
import type { SentStamps } from '../devices/device.ts';

/** The result without the stamps themselves; with the times between where they can be told. */
export function withSent(
  result: CellResult,
  sent: SentStamps | undefined,
  warmup: number,
): CellResult {
  const { [STAMPS]: text, ...series } = result.series;
  if (text === undefined) return result;
  const stamps = decode(text);
  if (sent === undefined || stamps.length === 0) return { ...result, series };
  // Where the kernel threw events away, nobody knows which of them came.
  const lost = (result.totals.dropped ?? 0) > 0;
  const between = lost ? undefined : pair(stamps, sent.sent_ns.slice(warmup), sent.error_ns);
  if (between === undefined) {
    const note = 'what the other machine sent and what came do not go together, one by one';
    return { ...result, series, notes: [...result.notes, note] };
  }
  const { error_ns: clock_error_ns } = sent;
  const totals = { ...result.totals, clock_error_ns };
  return { ...result, totals, series: { ...series, to_kernel_ns: encode(between) } };
}

/**
 * Nanoseconds from sending to stamp, one by one. Undefined where an event came before it was sent, by
 * more than the clocks may be off: then one is missing, and all behind it would be paired wrongly.
 */
export function pair(
  stamps: Float64Array,
  sent_ns: readonly number[],
  error_ns: number,
): Float64Array | undefined {
  if (sent_ns.length < stamps.length) return undefined;
  const between = stamps.map((stamp, i) => stamp - sent_ns[i]!);
  if (between.some(one => one < -error_ns)) return undefined;
  return between.map(one => Math.max(0, one));
}

function decode(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const encode = (samples: Float64Array): string =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
