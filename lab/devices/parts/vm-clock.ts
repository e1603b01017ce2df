// Two clocks and readings of how they stand to each other: the host's stamps brought to the guest's
// clock. The guest calibrates its clock when it boots, with an error of some hundred parts in a million,
// so between two readings the offset moves, and is interpolated. Pure.

export interface ClockReading {
  /** When the host looked at its clock. */
  readonly host_ns: number;
  /** guest = host + offset */
  readonly offset_ns: number;
  /** Half the round trip: the truth is no farther away. */
  readonly error_ns: number;
}

/** A stamp of the host on the guest's clock; `readings` in the order in which they were taken. */
export function toGuest(readings: readonly ClockReading[], host_ns: number): number {
  const last = readings.at(-1);
  if (!last) throw new RangeError('no reading of the two clocks');
  const first = readings[0]!;
  if (host_ns <= first.host_ns) return host_ns + first.offset_ns;
  for (let i = 1; i < readings.length; i++) {
    const [before, after] = [readings[i - 1]!, readings[i]!];
    if (host_ns > after.host_ns) continue;
    const span_ns = after.host_ns - before.host_ns;
    const share = span_ns === 0 ? 0 : (host_ns - before.host_ns) / span_ns;
    return host_ns + before.offset_ns + share * (after.offset_ns - before.offset_ns);
  }
  return host_ns + last.offset_ns;
}

/** By how much the guest's clock gains on the host's, in parts in a million. 0 where it cannot be told. */
export function driftPpm(readings: readonly ClockReading[]): number {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || last.host_ns === first.host_ns) return 0;
  return (1e6 * (last.offset_ns - first.offset_ns)) / (last.host_ns - first.host_ns);
}
