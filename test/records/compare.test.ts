import { describe, expect, it } from 'vitest';
import {
  compareAcross,
  compareInsideRun,
  comparePair,
  isExact,
  repeatOf,
  roundValues,
} from '../../lab/records/compare.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { fakeRecord, fakeUnsupported } from '../helpers/records.ts';

/** A record whose rounds have exactly these medians. */
function withRounds(medians: readonly number[], over: Partial<LabRecord> = {}): LabRecord {
  const rounds = medians.map((p50, round) => ({ round, n: 10, p50, values: { latency_ns: p50 } }));
  return fakeRecord({ rounds: 1, over: { rounds, ...over } });
}

// A load that comes and goes: as large as the differences looked for.
const LOAD = [1, 1.4, 0.9, 2.2, 1.1, 1.7, 1, 3, 1.2, 0.8];
const options = { baseline: 'blocking', metric: 'latency_ns', seed: 3 };
const base = withRounds(
  LOAD.map(load => 100 * load),
  { driver: 'blocking' },
);
const repeated = (factors: readonly number[]) =>
  withRounds(
    LOAD.map((load, i) => 100 * load * factors[i % factors.length]!),
    { driver: 'blocking', parameters: { rate_hz: 1000, repeat: 1 } },
  );

describe('two records of one run', () => {
  const of = { metric: 'latency_ns', seed: 3 };
  const slightly = withRounds(LOAD.map(load => 105 * load));

  it('are paired, whatever their settings', () => {
    const deeper = withRounds(
      LOAD.map(load => 120 * load),
      { driver: 'blocking', parameters: { rate_hz: 1000, depth: 8 } },
    );
    expect(comparePair(base, deeper, of)).toMatchObject({ verdict: 'higher', rounds: 10 });
    expect(comparePair(base, deeper, of)!.interval[0]).toBeCloseTo(1.2);
    expect(comparePair(base, deeper, of)).toMatchObject({
      parameters: { rate_hz: 1000, depth: 8 },
      baseline_parameters: { rate_hz: 1000 },
    });
  });

  it('are settled by one round only where both are exact, whichever is named first', () => {
    const counted = (value: number, notes: string[] = []) =>
      fakeRecord({
        over: {
          evidence: { device: 'simulated', processor: 'emulated' },
          metrics: { instructions: { kind: 'count', unit: 'count', value } },
          rounds: [{ round: 0, n: 1, values: { instructions: value } }],
          parameters: { records: value },
          notes,
        },
      });
    const of_count = { metric: 'instructions', seed: 3 };
    const [exact, other, near] = [counted(10), counted(30), counted(80, ['approximate: a clock'])];
    expect(comparePair(exact!, other!, of_count)!.verdict).toBe('higher');
    for (const [a, b] of [
      [exact, near],
      [near, exact],
    ])
      expect(comparePair(a!, b!, of_count)!.verdict).toBe('tie');
  });

  it('differ by a tie inside the noise of either side, as in the run itself', () => {
    expect(comparePair(base, slightly, of)!.verdict).toBe('higher');
    const repeat = repeated([0.9, 1.1]);
    expect(comparePair(base, slightly, { ...of, repeat })!.verdict).toBe('tie');
    expect(comparePair(slightly, base, { ...of, repeat })!.verdict).toBe('tie');
    const [inRun] = compareInsideRun([base, repeat, slightly], options).slice(1);
    expect(inRun!.verdict).toBe('tie');
  });

  it('take the noise from the setting that it was measured at, not from the other side', () => {
    const other = withRounds(
      LOAD.map(load => 200 * load),
      { driver: 'blocking', parameters: { rate_hz: 100 } },
    );
    const repeat = repeated([0.99, 1.01]);
    expect(comparePair(other, base, { ...of, repeat })!.verdict).toBe('lower');
  });

  it('are noise where the one repeats the other', () => {
    expect(comparePair(base, repeated([0.99, 1.01]), of)!.verdict).toBe('noise');
  });

  it('find the repeat of a record by driver, setting and run', () => {
    const repeat = repeated([1]);
    expect(repeatOf(base, [slightly, base, repeat])).toBe(repeat);
    expect(repeatOf(slightly, [base, repeat])).toBeUndefined();
    expect(repeatOf(base, [{ ...repeat, run_id: '20260101T000000-0000' }])).toBeUndefined();
    expect(repeatOf(repeat, [base, repeat])).toBeUndefined();
  });
});

describe('exact counts', () => {
  const counted = fakeRecord({
    over: {
      evidence: { device: 'simulated', processor: 'emulated' },
      metrics: { instructions: { kind: 'count', unit: 'count', value: 12 } },
    },
  });

  it('come from a simulated machine that nothing of the host times', () => {
    expect(isExact(counted)).toBe(true);
    const timed = { kind: 'time', unit: 'ns', value: 12 } as const;
    for (const over of [
      { place: 'vm' },
      { place: 'wine' },
      { evidence: { device: 'virtual', processor: 'emulated' } as const },
      { notes: ['approximate: the program asks the host’s clock'] },
      { metrics: { ...counted.metrics, latency_ns: timed } },
    ])
      expect(isExact({ ...counted, ...over }), JSON.stringify(over)).toBe(false);
  });
});

describe('inside a run', () => {
  it('pairing cancels what both rounds shared', () => {
    const slower = withRounds(LOAD.map(load => 120 * load));
    const [found, ...more] = compareInsideRun([base, slower], options);
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      driver: 'epoll',
      baseline: 'blocking',
      verdict: 'higher',
      rounds: 10,
    });
    expect(found!.ratio).toBeCloseTo(1.2);
    expect(found!.interval[0]).toBeCloseTo(1.2);
    expect(found!.parameters).toEqual({ rate_hz: 1000 });
  });

  it('matches rounds by number, so a partial record takes part with what it has', () => {
    const partial = withRounds(LOAD.map(load => 50 * load));
    const rounds = partial.rounds.filter(one => one.round % 4 !== 1).reverse();
    const [found] = compareInsideRun([base, { ...partial, status: 'partial', rounds }], options);
    expect(found).toMatchObject({ rounds: rounds.length, verdict: 'lower' });
    expect(found!.ratio).toBeCloseTo(0.5);
  });

  it('shows the baseline against itself as noise, and calls a difference inside it a tie', () => {
    const slightly = withRounds(LOAD.map(load => 104 * load));
    const quiet = compareInsideRun([base, repeated([0.99, 1.01]), slightly], options);
    expect(quiet.map(one => [one.driver, one.verdict])).toEqual([
      ['blocking', 'noise'],
      ['epoll', 'higher'],
    ]);
    const noisy = compareInsideRun([base, repeated([0.9, 1.1]), slightly], options);
    expect(noisy[1]).toMatchObject({ driver: 'epoll', verdict: 'tie' });
    // Noise that happened to come out low hides a difference upwards as well.
    const low = compareInsideRun([base, repeated([0.92, 0.94]), slightly], options);
    expect(low[1]!.verdict).toBe('tie');
    expect(noisy[0]!.parameters).toEqual({ rate_hz: 1000 });
  });

  it('calls too few rounds a tie', () => {
    const few = withRounds(LOAD.slice(0, 3).map(load => 300 * load));
    expect(compareInsideRun([base, few], options)[0]!.verdict).toBe('tie');
  });

  it('keeps experiments, devices, places and settings apart', () => {
    const others: LabRecord[] = [
      withRounds(LOAD, { device: 'pty' }),
      withRounds(LOAD, { experiment: 'other' }),
      withRounds(LOAD, { place: 'vm' }),
      withRounds(LOAD, { parameters: { rate_hz: 100 } }),
    ];
    expect(compareInsideRun([base, ...others], options)).toEqual([]);
    // The order in which parameters were written does not matter.
    const a = withRounds(LOAD, { driver: 'blocking', parameters: { x: 1, y: 2 } });
    const b = withRounds(LOAD, { parameters: { y: 2, x: 1 } });
    expect(compareInsideRun([a, b], options)).toHaveLength(1);
  });

  it('does not keep drivers apart for a parameter that only one of them has', () => {
    const shallow = withRounds(LOAD, { driver: 'blocking', parameters: { depth: 1 } });
    const ring = (depth: number) =>
      withRounds(LOAD, { driver: 'io-uring', parameters: { depth, submission: 'each' } });
    const found = compareInsideRun([shallow, ring(1), ring(8)], options);
    expect(found.map(one => one.parameters)).toEqual([{ depth: 1, submission: 'each' }]);
    // Where several baselines fit, the one with most in common is it.
    const slow = withRounds(
      LOAD.map(load => 2 * load),
      { driver: 'blocking', parameters: {} },
    );
    expect(compareInsideRun([slow, shallow, ring(1)], options)[0]!.ratio).toBeCloseTo(1);
    expect(compareInsideRun([slow, shallow, ring(8)], options)[0]!.ratio).toBeCloseTo(0.5);
  });

  it('across settings takes the baseline of the same setting where there is one, and any other else', () => {
    const at = (driver: string, depth: number, by: number) =>
      withRounds(
        LOAD.map(load => by * load),
        { driver, parameters: { depth } },
      );
    const bases = [at('blocking', 1, 2), at('blocking', 8, 4)];
    const found = (record: LabRecord) =>
      compareInsideRun([...bases, record], { ...options, across: true })[0]!.ratio;
    expect(found(at('io-uring', 8, 8))).toBeCloseTo(2);
    expect(found(at('io-uring', 1, 8))).toBeCloseTo(4);
    expect(found(at('io-uring', 32, 8)), 'with nothing in common the first').toBeCloseTo(4);
  });

  it('leaves out what has no ratio: no rounds, or a baseline of zero', () => {
    expect(compareInsideRun([base, fakeUnsupported({ device: 'fifo' })], options)).toEqual([]);
    const zero = withRounds([0, 0, 0], { driver: 'blocking' });
    expect(compareInsideRun([zero, withRounds([1, 1, 1])], options)).toEqual([]);
    expect(compareInsideRun([fakeRecord()], options)).toEqual([]);
  });

  it('is the same for the same seed', () => {
    const records = [base, fakeRecord({ rounds: 10 })];
    expect(compareInsideRun(records, options)).toEqual(compareInsideRun(records, options));
  });
});

describe('across runs', () => {
  const across = { metric: 'latency_ns', seed: 3 };

  it('is labelled unpaired, and its interval carries the noise of both sides', () => {
    const slower = withRounds(LOAD.map(load => 120 * load));
    const [found] = compareAcross([{ ...base, driver: 'epoll' }], [slower], across);
    expect(found).toMatchObject({ paired: false, rounds: 10, baseline_rounds: 10, verdict: 'tie' });
    expect(found!.ratio).toBeCloseTo(1.2);
    expect(found!.interval[0]).toBeLessThan(1);
    expect(found!.interval[1]).toBeGreaterThan(1.4);
  });

  it('finds a difference larger than the noise', () => {
    const much = withRounds(LOAD.map(load => 1000 * load));
    expect(compareAcross([base], [much], across)[0]!.verdict).toBe('higher');
  });

  it('matches records of two runs by what they measured, and leaves repeats out', () => {
    const a = [fakeRecord(), fakeRecord({ driver: 'poll' }), fakeRecord({ device: 'pty' })];
    const b = [fakeRecord({ driver: 'poll' }), repeated([1]), fakeRecord({ driver: 'busy-poll' })];
    expect(compareAcross(a, b, across).map(one => one.driver)).toEqual(['poll']);
  });

  it('does not compare different devices', () => {
    expect(compareAcross([fakeRecord()], [fakeRecord({ device: 'pty' })], across)).toEqual([]);
  });
});

it('takes a round value by its name, and the median for latency where it has none', () => {
  const record = withRounds([5]);
  const rounds = [{ round: 3, n: 1, p50: 7, values: { cpu_ns_per_op: 9 } }];
  expect(roundValues(record, 'latency_ns')).toEqual(new Map([[0, 5]]));
  expect(roundValues({ ...record, rounds }, 'latency_ns')).toEqual(new Map([[3, 7]]));
  expect(roundValues({ ...record, rounds }, 'cpu_ns_per_op')).toEqual(new Map([[3, 9]]));
  expect(roundValues({ ...record, rounds }, 'polls')).toEqual(new Map());
});
