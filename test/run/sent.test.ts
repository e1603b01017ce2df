// Two machines' stamps of the same events: joined one by one, or not at all.
import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../lab/cell/protocol.ts';
import { STAMPS } from '../../lab/cell/protocol-names.ts';
import { pair, withSent } from '../../lab/run/sent.ts';

const text = (...values: number[]) =>
  Buffer.from(Float64Array.from(values).buffer).toString('base64');

const result = (stamps: string): CellResult => ({
  event: 'result',
  n: 2,
  started: '',
  ended: '',
  series: { latency_ns: text(1, 2), [STAMPS]: stamps },
  totals: {},
  threads: [],
  notes: [],
});

describe('when it was sent, and when it was stamped', () => {
  it('are joined after the warm-up, with the error of the clocks beside them', () => {
    const joined = withSent(result(text(110, 230)), { sent_ns: [1, 2, 100, 200], error_ns: 5 }, 2);
    expect(joined.series.to_kernel_ns).toBe(text(10, 30));
    expect(joined.totals).toEqual({ clock_error_ns: 5 });
  });

  it('the stamps themselves go nowhere', () => {
    for (const sent of [undefined, { sent_ns: [100, 200], error_ns: 5 }]) {
      const joined = withSent(result(text(110, 230)), sent, 0);
      expect(Object.keys(joined.series)).not.toContain(STAMPS);
    }
  });

  it('an event that came before it was sent shows that one is missing', () => {
    const joined = withSent(result(text(110, 150)), { sent_ns: [100, 200], error_ns: 5 }, 0);
    expect(joined.series.to_kernel_ns).toBeUndefined();
    expect(joined.notes.join()).toMatch(/do not go together/);
  });

  it('where the kernel threw events away nobody knows which of them came', () => {
    const lossy = { ...result(text(110, 230)), totals: { dropped: 1 } };
    const joined = withSent(lossy, { sent_ns: [100, 200], error_ns: 5 }, 0);
    expect(joined.series.to_kernel_ns).toBeUndefined();
  });

  it('within the error of the clocks it came at once', () => {
    expect(pair(Float64Array.of(97), [100], 5)).toEqual(Float64Array.of(0));
    expect(pair(Float64Array.of(94), [100], 5)).toBeUndefined();
    expect(pair(Float64Array.of(94, 95), [100], 50), 'more came than were sent').toBeUndefined();
  });
});
