// A series keeps what its cells report, and refuses a round whose samples are none, whole.
import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../lab/cell/protocol.ts';
import { recordFault } from '../../lab/records/validate.ts';
import { Series } from '../../lab/run/series.ts';
import { fakeRecord } from '../helpers/records.ts';

const encoded = (...samples: number[]) =>
  Buffer.from(Float64Array.from(samples).buffer).toString('base64');

const result = (...latency_ns: number[]): CellResult => ({
  event: 'result',
  n: latency_ns.length,
  started: '2026-01-01T00:00:00.000Z',
  ended: '2026-01-01T00:00:01.000Z',
  series: { latency_ns: encoded(...latency_ns), wire_ns: encoded(1, 2, 3) },
  totals: {},
  threads: [],
  notes: [],
});

describe('a series', () => {
  it('keeps the samples of its rounds', () => {
    const series = new Series('id', 'epoll', {}, false, 2);
    series.add(0, result(10, 20, 30), {}, 1);
    expect(series.samples.map(round => [...round])).toEqual([[10, 20, 30]]);
  });

  it('tells no more than a record has room for, and makes a record of it', () => {
    const frame = fakeRecord();
    const series = new Series('id', 'epoll', {}, false, 1);
    const notes = Array.from({ length: 60 }, (_, i) => `${i} ${'note '.repeat(300)}`);
    series.add(0, { ...result(10, 20), notes }, {}, 1);
    const record = series.record(
      { ...frame, commit: undefined, floor: undefined, notes: ['of the disk'] },
      true,
    );
    expect(recordFault(record)).toBeUndefined();
    expect(record.notes?.[0]).toBe('of the disk');
    expect(record.notes?.at(-1)).toMatch(/^and 22 more notes/);
    const refused = new Series('id', 'epoll', {}, false, 1);
    refused.refuse('why '.repeat(500), 'what '.repeat(500));
    expect(
      recordFault(refused.record({ ...record, commit: '', floor: undefined, notes: [] }, true)),
    ).toBeUndefined();
  });

  for (const [what, bad] of [
    ['negative', -1],
    ['no number', Number.NaN],
    ['without end', Number.POSITIVE_INFINITY],
  ] as const) {
    it(`refuses a round with a sample that is ${what}, and keeps nothing of it`, () => {
      const series = new Series('id', 'epoll', {}, false, 2);
      expect(() => series.add(0, result(10, bad), {}, 1)).toThrow(/latency_ns holds a sample/);
      expect(series.samples).toEqual([]);
      series.add(1, result(10, 20), {}, 1);
      expect(series.samples.map(round => [...round])).toEqual([[10, 20]]);
    });
  }
});
