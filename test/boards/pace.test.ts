// How much of a processor a board in real time takes, with made-up clocks: never more than half in the
// long run, never held back where half is enough, and free to catch up what it was not let run.
import { describe, expect, it } from 'vitest';
import { Share } from '../../lab/boards/pace.ts';

const MS = 1e6;
const SLICE_NS = 0.5 * MS;

/**
 * A process that wants `wanted` nanoseconds of processor time for each that passes, in slices, for
 * `span_ms`. Between `away_ms` it is not let run at all.
 */
function simulate(wanted: number, span_ms: number, away_ms: readonly [number, number] = [0, 0]) {
  const share = new Share(0, 0);
  let [now_ns, cpu_ns, rested_ns] = [0, 0, 0];
  while (now_ns < span_ms * MS) {
    if (now_ns >= away_ms[0] * MS && now_ns < away_ms[1] * MS) {
      now_ns = away_ms[1] * MS;
      continue;
    }
    const rest_ns = share.rest_ns(now_ns, cpu_ns);
    rested_ns += rest_ns;
    now_ns += rest_ns;
    now_ns += SLICE_NS;
    if (wanted * now_ns < cpu_ns + SLICE_NS) continue;
    cpu_ns += SLICE_NS;
  }
  return { share: cpu_ns / now_ns, rested_ns, behind_ns: wanted * now_ns - cpu_ns };
}

describe('the share of a processor', () => {
  it('is what the board needs, where that is less than half', () => {
    for (const wanted of [0.05, 0.25, 0.45]) {
      const { share, rested_ns } = simulate(wanted, 10_000);
      expect(rested_ns, `${wanted}`).toBe(0);
      expect(share).toBeCloseTo(wanted, 3);
    }
  });

  it('is half, where the board needs more', () => {
    for (const wanted of [0.6, 0.9, 1]) {
      const { share } = simulate(wanted, 60_000);
      expect(share, `${wanted}`).toBeGreaterThan(0.49);
      // What was saved at the beginning is used up once.
      expect(share).toBeLessThan(0.51);
    }
  });

  it('may be more for a while after others had the processor', () => {
    const { rested_ns, behind_ns } = simulate(0.4, 3000, [1000, 1250]);
    expect(rested_ns, 'nothing holds it back').toBe(0);
    expect(behind_ns, 'it has caught up').toBeLessThan(4 * SLICE_NS);
  });

  it('is not saved up for long: an idle hour allows no busy minute', () => {
    const share = new Share(0, 0);
    const hour_ns = 3_600_000 * MS;
    expect(share.rest_ns(hour_ns, 0)).toBe(0);
    // A second of processor time without a pause.
    expect(share.rest_ns(hour_ns + 1000 * MS, 1000 * MS)).toBeGreaterThan(500 * MS);
  });
});
